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
  const all = [...signaturesIn(signature.options[name])];
  for (const link of added) if (!all.some((other) => isEqual(link, other))) all.push(link);
  return { ...signature, options: { ...signature.options, [name]: all } };
}

function isEqual(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other) || String(one) !== String(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => isEqual((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]))
  );
}
