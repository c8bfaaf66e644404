import {
  headerOf,
  kindOf,
  type Options,
  signaturesIn,
  stampNames,
  tasksOf,
  type WireSignature,
  withKwargs,
} from './signature.ts';

/** Overrides options of a signature, and adds keyword arguments for its task. */
export function withOptions(
  signature: WireSignature,
  options: Options,
  kwargs: WireSignature['kwargs'] = {},
): WireSignature {
  const changed = { ...signature, options: { ...signature.options, ...options } };
  return Object.keys(kwargs).length === 0 ? changed : withKwargs(changed, kwargs);
}

/**
 * Sets whether a signature ignores the result of the task before it. In a group and in the header of a chord this sets
 * each member.
 */
export function withImmutable(signature: WireSignature, immutable: boolean): WireSignature {
  switch (kindOf(signature)) {
    case 'task':
    case 'chain':
      return { ...signature, immutable };
    case 'group':
      return withKwargs(signature, { tasks: tasksOf(signature).map((task) => withImmutable(task, immutable)) });
    case 'chord':
      return withKwargs(signature, { header: withImmutable(headerOf(signature), immutable) });
  }
}

/**
 * Stamps a signature, all signatures in it, and those that are linked to it. An existing stamp keeps its value. As in
 * Celery, only the header of a chord is stamped.
 */
export function withStamps(signature: WireSignature, stamps: Options): WireSignature {
  const stampAll = (signatures: unknown) => signaturesIn(signatures).map((each) => withStamps(each, stamps));
  const { link, link_error } = signature.options;
  const options = {
    ...stamps,
    ...signature.options,
    ...(link !== undefined && { link: stampAll(link) }),
    ...(link_error !== undefined && { link_error: stampAll(link_error) }),
    stamped_headers: [...new Set([...stampNames(signature.options), ...Object.keys(stamps)])],
  };
  switch (kindOf(signature)) {
    case 'task':
      return { ...signature, options };
    case 'chain':
      return withKwargs(
        { ...signature, options: { ...signature.options, link, link_error } },
        { tasks: stampAll(signature.kwargs.tasks) },
      );
    case 'group':
      return withKwargs(signature, { tasks: stampAll(signature.kwargs.tasks) });
    case 'chord':
      return withKwargs(signature, { header: withStamps(headerOf(signature), stamps) });
  }
}
