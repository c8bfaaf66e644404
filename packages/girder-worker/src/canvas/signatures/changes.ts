import {
  headerOf,
  kindOf,
  type Options,
  type Signature,
  signaturesIn,
  stampNames,
  tasksOf,
  withKwargs,
} from './signature.ts';

/** A signature with these options instead of its own, and with more keyword arguments for its task. */
export function withOptions(signature: Signature, options: Options, kwargs: Signature['kwargs'] = {}): Signature {
  const changed = { ...signature, options: { ...signature.options, ...options } };
  return Object.keys(kwargs).length === 0 ? changed : withKwargs(changed, kwargs);
}

/** A signature that takes nothing of what came before it; of a group and of a chord's header, each member. */
export function withImmutable(signature: Signature, immutable: boolean): Signature {
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
 * Stamps a signature, all in it, and all that is linked to it; a stamp that is there already stays. Of a chord Celery
 * stamps the header alone.
 */
export function withStamps(signature: Signature, stamps: Options): Signature {
  const all = (signatures: unknown) => signaturesIn(signatures).map((one) => withStamps(one, stamps));
  const { link, link_error } = signature.options;
  const options = {
    ...stamps,
    ...signature.options,
    ...(link !== undefined && { link: all(link) }),
    ...(link_error !== undefined && { link_error: all(link_error) }),
    stamped_headers: [...new Set([...stampNames(signature.options), ...Object.keys(stamps)])],
  };
  switch (kindOf(signature)) {
    case 'task':
      return { ...signature, options };
    case 'chain':
      return withKwargs(
        { ...signature, options: { ...signature.options, link, link_error } },
        { tasks: all(signature.kwargs.tasks) },
      );
    case 'group':
      return withKwargs(signature, { tasks: all(signature.kwargs.tasks) });
    case 'chord':
      return withKwargs(signature, { header: withStamps(headerOf(signature), stamps) });
  }
}
