import { bodyOf, headerOf, kindOf, signaturesIn, tasksOf, type WireSignature, withKwargs } from './signature.ts';

/**
 * Adds callbacks, which are sent when the signature succeeds. On a chord they go to its body. A group has no end of its
 * own: as in Celery, they go to its first member, made immutable.
 */
export function withCallbacks(signature: WireSignature, callbacks: readonly WireSignature[]): WireSignature {
  if (callbacks.length === 0) return signature;
  switch (kindOf(signature)) {
    case 'task':
    case 'chain':
      return withLinks(signature, 'link', callbacks);
    case 'chord':
      return withKwargs(signature, { body: withCallbacks(bodyOf(signature), callbacks) });
    case 'group': {
      const [first, ...others] = tasksOf(signature);
      if (!first) return signature;
      const immutable = callbacks.map((callback) => ({ ...callback, immutable: true }));
      return withKwargs(signature, { tasks: [withCallbacks(first, immutable), ...others] });
    }
  }
}

/**
 * Adds errbacks, which are sent when the signature fails. On a group they go to each member; on a chord to its body and to
 * the chords in its header.
 */
export function withErrbacks(signature: WireSignature, errbacks: readonly WireSignature[]): WireSignature {
  if (errbacks.length === 0) return signature;
  switch (kindOf(signature)) {
    case 'task':
    case 'chain':
      return withLinks(signature, 'link_error', errbacks);
    case 'group':
      return withKwargs(signature, { tasks: tasksOf(signature).map((task) => withErrbacks(task, errbacks)) });
    case 'chord': {
      const header = headerOf(signature);
      const tasks = tasksOf(header).map((task) => (kindOf(task) === 'chord' ? withErrbacks(task, errbacks) : task));
      const body = withErrbacks(bodyOf(signature), errbacks);
      return withKwargs(signature, { header: withKwargs(header, { tasks }), body });
    }
  }
}

/** A signature that is linked already is not linked again, as in Celery. */
function withLinks(
  signature: WireSignature,
  name: 'link' | 'link_error',
  added: readonly WireSignature[],
): WireSignature {
  const links = signaturesIn(signature.options[name]);
  const known = new Set(links.map(contentOf));
  const all = [...links];
  for (const link of added) {
    const content = contentOf(link);
    if (!known.has(content)) all.push(link);
    known.add(content);
  }
  return { ...signature, options: { ...signature.options, [name]: all } };
}

/** The texts of signatures that were compared before: a group adds the same errbacks to each of its members. */
const contents = new WeakMap<object, string>();

/**
 * A text that is the same for equal signatures: the order of keys does not count, the class of a value does. Two links are
 * compared by these texts, so that a message with thousands of links costs one text for each.
 */
export function contentOf(signature: WireSignature): string {
  const known = contents.get(signature) ?? textOf(signature);
  contents.set(signature, known);
  return known;
}

function textOf(value: unknown): string {
  if (Object.is(value, -0)) return '-0';
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? JSON.stringify(value) : `${typeof value} ${String(value)}`;
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`;
  const fields = Object.keys(value)
    .sort((one, other) => (one < other ? -1 : 1))
    .map((key) => `${JSON.stringify(key)}:${textOf((value as Record<string, unknown>)[key])}`);
  const prototype = Object.getPrototypeOf(value) as object | null;
  // Dates and Decimals have no fields of their own.
  const own =
    prototype === Object.prototype || prototype === null ? '' : `${prototype.constructor.name} ${String(value)}`;
  return `${own}{${fields.join()}}`;
}
