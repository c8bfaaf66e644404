import { bodyOf, headerOf, kindOf, type Signature, signaturesIn, tasksOf, withKwargs } from './signature.ts';

/**
 * Adds callbacks, which are sent when the signature has succeeded: to a chord's body; of a group, which as a whole
 * never ends, to the first member, and without its value.
 */
export function withCallbacks(signature: Signature, callbacks: readonly Signature[]): Signature {
  if (callbacks.length === 0) return signature;
  switch (kindOf(signature)) {
    case 'task':
    case 'chain':
      return appended(signature, 'link', callbacks);
    case 'chord':
      return withKwargs(signature, { body: withCallbacks(bodyOf(signature), callbacks) });
    case 'group': {
      const [first, ...others] = tasksOf(signature);
      if (!first) return signature;
      const deaf = callbacks.map((callback) => ({ ...callback, immutable: true }));
      return withKwargs(signature, { tasks: [withCallbacks(first, deaf), ...others] });
    }
  }
}

/** Adds errbacks, which are sent when the signature has failed: to all members of a group; to the bodies of chords. */
export function withErrbacks(signature: Signature, errbacks: readonly Signature[]): Signature {
  if (errbacks.length === 0) return signature;
  switch (kindOf(signature)) {
    case 'task':
    case 'chain':
      return appended(signature, 'link_error', errbacks);
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

/** The same callback twice is one callback. */
function appended(signature: Signature, name: 'link' | 'link_error', added: readonly Signature[]): Signature {
  const all = [...signaturesIn(signature.options[name])];
  for (const one of added) if (!all.some((other) => isSame(one, other))) all.push(one);
  return { ...signature, options: { ...signature.options, [name]: all } };
}

function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other) || String(one) !== String(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => isSame((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]))
  );
}
