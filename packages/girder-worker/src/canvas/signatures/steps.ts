import { isEmptyGroup, membersOf, unchainTasks, unrollGroupOfOne } from './pipe.ts';
import { bodyOf, chainOf, chordOf, kindOf, merge, type Options, type WireSignature, withKwargs } from './signature.ts';

/** Options of a chain that its first step does not get. */
const chainOptions: ReadonlySet<string> = new Set([
  ...['task_id', 'group_id', 'group_index', 'chord', 'chain', 'link', 'link_error', 'root_id', 'parent_id'],
]);

/**
 * The steps of a chain as they are sent (in Celery: `prepare_steps`): the steps of nested chains are spliced in, a group of
 * one becomes its member, empty groups are left out, and a group and the step after it become a chord.
 */
export function prepareSteps(chain: WireSignature): readonly WireSignature[] {
  const flat = unchainTasks(chain).flatMap(flattenStep);
  const steps = flat.filter((step) => !isEmptyGroup(step));
  return steps.length === 0 ? flat.slice(0, 1) : upgradeToChords(steps);
}

/** The options of a chain that its first step gets. */
function firstStepOptions({ options }: WireSignature): Options {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !chainOptions.has(name)));
}

function flattenStep(step: WireSignature): readonly WireSignature[] {
  const unrolled = unrollGroupOfOne(step);
  switch (kindOf(unrolled)) {
    case 'chain':
      return unchainTasks(unrolled).flatMap(flattenStep);
    case 'chord':
      return shortenBody(unrolled);
    case 'group':
    case 'task':
      return [unrolled];
  }
}

/**
 * Splits a chord whose body is a chain into a chord with the first step as its body, and the other steps. The messages stay
 * small, as each member of a header carries the whole body. A body that begins with a group is not split.
 */
function shortenBody(chord: WireSignature): readonly WireSignature[] {
  const body = bodyOf(chord);
  if (kindOf(body) !== 'chain') return [chord];
  const [first, ...others] = unchainTasks(body);
  if (!first || kindOf(first) === 'group') return [chord];
  const shortened = withKwargs(chord, { body: merge(first, { options: firstStepOptions(body) }) });
  return [shortened, ...others].flatMap(flattenStep);
}

/** Makes chords from the last step to the first, as the step after a group may be a group that becomes a chord itself. */
function upgradeToChords(steps: readonly WireSignature[]): readonly WireSignature[] {
  const backwards: WireSignature[] = [];
  for (const step of steps.toReversed()) {
    const next = kindOf(step) === 'group' ? backwards.pop() : undefined;
    backwards.push(next ? chordOf(membersOf(step), next) : step);
  }
  return backwards.reverse();
}

/** A chain of prepared steps, with the options of `chain`. */
export function chainOfSteps(chain: WireSignature, steps: readonly WireSignature[]): WireSignature {
  return { ...chainOf(steps, chain.options), immutable: chain.immutable };
}
