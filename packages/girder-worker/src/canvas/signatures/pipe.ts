import { withCallbacks, withErrbacks } from './links.ts';
import {
  bodyOf,
  chainOf,
  chordOf,
  kindOf,
  merge,
  type Signature,
  signaturesIn,
  tasksOf,
  withKwargs,
} from './signature.ts';

/** One signature after the other, as Python's `first | next`: a group and what follows it become a chord. */
export function pipe(first: Signature, next: Signature): Signature {
  const unrolled = withoutGroupOfOne(next);
  switch (kindOf(first)) {
    case 'chain':
      return chainThen(first, unrolled);
    case 'group':
      return isEmptyGroup(unrolled) ? first : chordOf(tasksOf(first), unrolled);
    case 'chord':
      return kindOf(unrolled) === 'task' || kindOf(unrolled) === 'chord'
        ? bodyThen(first, unrolled)
        : listThen([first], unrolled);
    case 'task':
      return listThen([first], unrolled);
  }
}

/** All of them, one after the other; Python's `chain(a, b, c)`. */
export function chained(steps: readonly Signature[]): Signature {
  return steps.reduce(pipe, chainOf([]));
}

/** The steps of a chain, with what was linked to the chain as a whole: callbacks go to the last, errbacks to all. */
export function unchained(chain: Signature): readonly Signature[] {
  const errbacks = signaturesIn(chain.options.link_error);
  const tasks = tasksOf(chain).map((task) => withErrbacks(task, errbacks));
  const [first, ...others] = tasks;
  if (!first) return [];
  const steps = chain.args.length > 0 ? [merge(first, { args: chain.args }), ...others] : tasks;
  return steps.with(-1, withCallbacks(steps.at(-1)!, signaturesIn(chain.options.link)));
}

/** The members of a group, those of groups in it included; chains without a step are nothing. */
export function membersOf(group: Signature): readonly Signature[] {
  return tasksOf(group).flatMap((task) => {
    if (kindOf(task) === 'chain' && tasksOf(task).length === 0) return [];
    const members = kindOf(task) === 'group' ? membersOf(task) : [task];
    return group.args.length > 0 ? members.map((member) => merge(member, { args: group.args })) : members;
  });
}

export function isEmptyGroup(signature: Signature): boolean {
  return kindOf(signature) === 'group' && membersOf(signature).length === 0;
}

/** A group of one is that one. */
export function withoutGroupOfOne(signature: Signature): Signature {
  if (kindOf(signature) !== 'group') return signature;
  const members = membersOf(signature);
  return members.length === 1 ? withoutGroupOfOne(members[0]!) : signature;
}

function chainThen(chain: Signature, next: Signature): Signature {
  if (isEmptyGroup(next)) return chain;
  if (kindOf(next) === 'chain') return unchained(next).reduce(pipe, chain);
  const steps = tasksOf(chain);
  const last = steps.at(-1);
  if (!last) return kindOf(next) === 'group' ? next : chainOf([next], chain.options);
  if (kindOf(last) === 'chord' && kindOf(next) !== 'chord') return withLast(chain, bodyThen(last, next));
  if (kindOf(last) !== 'group' || kindOf(next) === 'group') return chainOf([...unchained(chain), next]);
  const chord = chordOf(tasksOf(last), next);
  const before = steps.at(-2);
  if (!before || kindOf(before) !== 'chord') return withLast(chain, chord);
  return withKwargs(chain, { tasks: [...steps.slice(0, -2), bodyThen(before, chord)] });
}

function listThen(steps: readonly Signature[], next: Signature): Signature {
  return chainOf([...steps, ...(kindOf(next) === 'chain' ? unchained(next) : [next])]);
}

function bodyThen(chord: Signature, next: Signature): Signature {
  return withKwargs(chord, { body: pipe(bodyOf(chord), next) });
}

function withLast(chain: Signature, last: Signature): Signature {
  return withKwargs(chain, { tasks: [...tasksOf(chain).slice(0, -1), last] });
}
