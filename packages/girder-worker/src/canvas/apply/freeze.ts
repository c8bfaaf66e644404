import type { ResultTuple } from '../../store/resultStore.ts';
import { membersOf } from '../signatures/pipe.ts';
import {
  bodyOf,
  groupOf,
  headerOf,
  kindOf,
  type Options,
  type Signature,
  tasksOf,
  textIn,
  withKwargs,
} from '../signatures/signature.ts';
import { chainOfSteps, stepsOf } from '../signatures/steps.ts';

/** Where ids come from, and where answers would go. */
export interface IdSource {
  readonly newId: () => string;
  readonly replyTo: string | undefined;
}

/** What a signature is part of. A chain passes it to its last step, a chord to its body, a group to its members. */
export interface ParentContext {
  /** The id to have, unless the signature has one. */
  readonly id?: string | undefined;
  readonly groupId?: string | undefined;
  readonly groupIndex?: number | undefined;
  /** The body of the chord in whose header the signature is. */
  readonly chord?: Signature | undefined;
  readonly rootId?: string | undefined;
}

/**
 * Gives ids to a signature and to all in it that will ever be sent, so that their results can be asked for before they
 * exist. Ids that are there stay.
 */
export function freeze(signature: Signature, place: ParentContext, issuer: IdSource): Signature {
  switch (kindOf(signature)) {
    case 'task':
      return frozenTask(signature, place, issuer);
    case 'group':
      return frozenGroup(signature, place, issuer);
    case 'chain':
      return frozenChain(signature, place, issuer);
    case 'chord':
      return frozenChord(signature, place, issuer);
  }
}

/** The steps of a chain, of which only the last is what the chain is to others. */
export function frozenSteps(steps: readonly Signature[], place: ParentContext, issuer: IdSource): readonly Signature[] {
  return steps.map((step, index) =>
    freeze(step, index === steps.length - 1 ? place : { rootId: place.rootId }, issuer),
  );
}

/** The result of a frozen signature, in Celery's tuples; `parent` is that of what comes before it. */
export function resultOf(frozen: Signature, parent: ResultTuple | null = null): ResultTuple {
  switch (kindOf(frozen)) {
    case 'task':
      return [[idOf(frozen), parent], null];
    case 'group':
      return groupResult(frozen, parent);
    case 'chain':
      return resultOfSteps(tasksOf(frozen), parent);
    case 'chord':
      return resultOf(bodyOf(frozen), groupResult(headerOf(frozen), parent));
  }
}

/** The result of the last of these steps, each the parent of the next. */
export function resultOfSteps(steps: readonly Signature[], parent: ResultTuple | null = null): ResultTuple {
  const [first, ...others] = steps;
  return others.reduce((before, step) => resultOf(step, before), resultOf(first!, parent));
}

export function groupResult(group: Signature, parent: ResultTuple | null = null): ResultTuple {
  return [[idOf(group), parent], membersOf(group).map((member) => resultOf(member))];
}

/** The id of a frozen signature: of a group that of the group, of a chord that of its header. */
export function idOf({ options }: Signature): string {
  return textIn(options.task_id) ?? '';
}

/** A frozen signature that is to be part of something else: its ids stay, its group is forgotten. */
export function withoutParentContext(frozen: Signature): Signature {
  const { group_id: _, group_index: __, chord: ___, ...options } = frozen.options;
  const free = { ...frozen, options };
  switch (kindOf(frozen)) {
    case 'task':
      return free;
    case 'group':
      return withKwargs(free, { tasks: tasksOf(frozen).map(withoutParentContext) });
    case 'chain':
      return withKwargs(free, {
        tasks: tasksOf(frozen).map((task, i, { length }) => (i === length - 1 ? withoutParentContext(task) : task)),
      });
    case 'chord':
      return withKwargs(free, { body: withoutParentContext(bodyOf(frozen)) });
  }
}

function frozenTask(task: Signature, place: ParentContext, issuer: IdSource): Signature {
  const { options } = task;
  return {
    ...task,
    options: {
      ...options,
      task_id: textIn(options.task_id) ?? place.id ?? issuer.newId(),
      ...given('reply_to', options.reply_to ?? issuer.replyTo),
      ...parentOptions(options, place),
      ...given('root_id', place.rootId),
    },
  };
}

function frozenGroup(group: Signature, place: ParentContext, issuer: IdSource): Signature {
  const { groupId, chord, rootId } = place;
  const members = membersOf(group).map((member, groupIndex) =>
    freeze(member, { groupId, groupIndex, chord, rootId }, issuer),
  );
  const { root_id = rootId ?? null, parent_id = null } = group.options;
  const task_id = textIn(group.options.task_id) ?? issuer.newId();
  return groupOf(members, { ...group.options, task_id, ...parentOptions(group.options, place), root_id, parent_id });
}

function frozenChain(chain: Signature, place: ParentContext, issuer: IdSource): Signature {
  const steps = frozenSteps(stepsOf(chain), place, issuer);
  if (steps.length === 0) return chain;
  const [[task_id]] = resultOfSteps(steps);
  return chainOfSteps({ ...chain, options: { ...chain.options, task_id } }, steps);
}

/** The header does not carry the body yet: it is given to the members when they are sent. */
function frozenChord(chord: Signature, place: ParentContext, issuer: IdSource): Signature {
  const header = freeze(headerOf(chord), { rootId: place.rootId }, issuer);
  const body = freeze(bodyOf(chord), place, issuer);
  const frozen = withKwargs(chord, { header, body });
  return { ...frozen, options: { ...chord.options, task_id: idOf(header) } };
}

function parentOptions(options: Options, { groupId, groupIndex, chord }: ParentContext): Options {
  return {
    ...given('group_id', options.group_id ?? groupId),
    ...given('group_index', groupIndex),
    ...given('chord', chord),
  };
}

function given(name: string, value: unknown): Options {
  return value === undefined || value === null ? {} : { [name]: value };
}
