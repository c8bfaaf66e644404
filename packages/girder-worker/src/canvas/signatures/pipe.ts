import { withCallbacks, withErrbacks } from './links.ts';
import {
  bodyOf,
  chainOf,
  chordOf,
  kindOf,
  merge,
  signaturesIn,
  tasksOf,
  type WireSignature,
  withKwargs,
} from './signature.ts';

/** Python's `first | next`: runs `next` after `first`. A group and the signature after it become a chord. An empty group is no step. */
export function pipe(first: WireSignature, next: WireSignature): WireSignature {
  const step = unrollGroupOfOne(next);
  if (isEmptyGroup(step)) return first;
  switch (kindOf(first)) {
    case 'chain':
      return appendToChain(first, step);
    case 'group':
      return chordOf(tasksOf(first), step);
    case 'chord':
      return kindOf(step) === 'task' || kindOf(step) === 'chord' ? appendToBody(first, step) : chainFrom([first], step);
    case 'task':
      return chainFrom([first], step);
  }
}

/** Python's `chain(a, b, c)`: runs the steps one after the other. */
export function pipeAll(steps: readonly WireSignature[]): WireSignature {
  return steps.reduce(pipe, chainOf([]));
}

/**
 * The steps of a chain, as Celery's `unchain_tasks`: the last step gets the callbacks of the chain, each step gets its
 * errbacks, and the first step gets its arguments.
 */
export function unchainTasks(chain: WireSignature): readonly WireSignature[] {
  const errbacks = signaturesIn(chain.options.link_error);
  const tasks = tasksOf(chain).map((task) => withErrbacks(task, errbacks));
  const [first, ...others] = tasks;
  if (!first) return [];
  const steps = chain.args.length > 0 ? [merge(first, { args: chain.args }), ...others] : tasks;
  return steps.with(-1, withCallbacks(steps.at(-1)!, signaturesIn(chain.options.link)));
}

/** The members of a group, including the members of groups in it. Chains without steps are left out. */
export function membersOf(group: WireSignature): readonly WireSignature[] {
  return tasksOf(group).flatMap((task) => {
    if (kindOf(task) === 'chain' && tasksOf(task).length === 0) return [];
    const members = kindOf(task) === 'group' ? membersOf(task) : [task];
    return group.args.length > 0 ? members.map((member) => merge(member, { args: group.args })) : members;
  });
}

export function isEmptyGroup(signature: WireSignature): boolean {
  return kindOf(signature) === 'group' && membersOf(signature).length === 0;
}

/** The only member of a group of one, as Celery's `maybe_unroll_group`; any other signature unchanged. */
export function unrollGroupOfOne(signature: WireSignature): WireSignature {
  if (kindOf(signature) !== 'group') return signature;
  const members = membersOf(signature);
  return members.length === 1 ? unrollGroupOfOne(members[0]!) : signature;
}

function appendToChain(chain: WireSignature, next: WireSignature): WireSignature {
  if (kindOf(next) === 'chain') return unchainTasks(next).reduce(pipe, chain);
  const steps = tasksOf(chain);
  const last = steps.at(-1);
  if (!last) return kindOf(next) === 'group' ? next : chainOf([next], chain.options);
  if (kindOf(last) === 'chord' && kindOf(next) !== 'chord') return replaceLast(chain, appendToBody(last, next));
  if (kindOf(last) !== 'group' || kindOf(next) === 'group') return chainOf([...unchainTasks(chain), next]);
  const chord = chordOf(tasksOf(last), next);
  const previous = steps.at(-2);
  if (!previous || kindOf(previous) !== 'chord') return replaceLast(chain, chord);
  return withKwargs(chain, { tasks: [...steps.slice(0, -2), appendToBody(previous, chord)] });
}

function chainFrom(steps: readonly WireSignature[], next: WireSignature): WireSignature {
  return chainOf([...steps, ...(kindOf(next) === 'chain' ? unchainTasks(next) : [next])]);
}

function appendToBody(chord: WireSignature, next: WireSignature): WireSignature {
  return withKwargs(chord, { body: pipe(bodyOf(chord), next) });
}

function replaceLast(chain: WireSignature, last: WireSignature): WireSignature {
  return withKwargs(chain, { tasks: [...tasksOf(chain).slice(0, -1), last] });
}
