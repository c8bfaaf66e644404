import { isEmptyGroup, membersOf, unchained, withoutGroupOfOne } from './pipe.ts';
import { bodyOf, chainOf, chordOf, kindOf, merge, type Options, type Signature, withKwargs } from './signature.ts';

/** Options of a chain that are about the chain, not about its first step. */
const chainOptions: ReadonlySet<string> = new Set([
  ...['task_id', 'group_id', 'group_index', 'chord', 'chain', 'link', 'link_error', 'root_id', 'parent_id'],
]);

/**
 * The steps of a chain as they are sent: chains in it are spliced in, groups of one are that one, groups of none are
 * left out, and a group becomes a chord with the step that follows it.
 */
export function stepsOf(chain: Signature): readonly Signature[] {
  const flat = unchained(chain).flatMap(flattened);
  const steps = flat.filter((step) => !isEmptyGroup(step));
  return steps.length === 0 ? flat.slice(0, 1) : joined(steps);
}

/** What of a chain's own options is for its first step. */
export function firstStepOptions({ options }: Signature): Options {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !chainOptions.has(name)));
}

function flattened(step: Signature): readonly Signature[] {
  const only = withoutGroupOfOne(step);
  switch (kindOf(only)) {
    case 'chain':
      return unchained(only).flatMap(flattened);
    case 'chord':
      return unrolled(only);
    case 'group':
    case 'task':
      return [only];
  }
}

/**
 * A chord whose body is a chain: the chord of the chain's first step, and the others. Each member of a header carries the
 * whole body, which so stays small. A chain that begins with a group runs as a whole.
 */
function unrolled(chord: Signature): readonly Signature[] {
  const body = bodyOf(chord);
  if (kindOf(body) !== 'chain') return [chord];
  const [first, ...others] = unchained(body);
  if (!first || kindOf(first) === 'group') return [chord];
  const small = withKwargs(chord, { body: merge(first, { options: firstStepOptions(body) }) });
  return [small, ...others].flatMap(flattened);
}

/** From the last to the first, as what follows a group may itself be a group that becomes a chord. */
function joined(steps: readonly Signature[]): readonly Signature[] {
  const backwards: Signature[] = [];
  for (const step of steps.toReversed()) {
    const next = kindOf(step) === 'group' ? backwards.pop() : undefined;
    backwards.push(next ? chordOf(membersOf(step), next) : step);
  }
  return backwards.reverse();
}

/** A chain of these very steps, in which nothing is left to be put together. */
export function chainOfSteps(chain: Signature, steps: readonly Signature[]): Signature {
  return { ...chainOf(steps, chain.options), immutable: chain.immutable };
}
