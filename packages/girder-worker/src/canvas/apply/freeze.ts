import type { ResultTuple } from '../../store/resultStore.ts';
import { mapInSteps, type Steps } from '../../system/steps.ts';
import { membersOf } from '../signatures/pipe.ts';
import {
  bodyOf,
  groupOf,
  headerOf,
  idIn,
  kindOf,
  type Options,
  tasksOf,
  type WireSignature,
  withKwargs,
} from '../signatures/signature.ts';
import { chainOfSteps, prepareSteps } from '../signatures/steps.ts';

/** The values that freezing assigns. */
export interface IdSource {
  /** Returns the id of the next task or group. */
  readonly newId: () => string;
  /** The address for replies; undefined if none is read. */
  readonly replyTo: string | undefined;
}

/** What a signature is part of. A chain passes it to its last step, a chord to its body, a group to its members. */
export interface ParentContext {
  /** The id of the signature, unless it has one. */
  readonly id?: string | undefined;
  readonly groupId?: string | undefined;
  readonly groupIndex?: number | undefined;
  /** The body of the chord whose header contains the signature. */
  readonly chord?: WireSignature | undefined;
  readonly rootId?: string | undefined;
}

/**
 * Assigns ids to a signature and to each signature in it that will be sent, as Celery's `freeze`: their results can be read
 * before they are sent. Existing ids are kept.
 */
export function* freeze(signature: WireSignature, context: ParentContext, ids: IdSource): Steps<WireSignature> {
  yield;
  switch (kindOf(signature)) {
    case 'task':
      return freezeTask(signature, context, ids);
    case 'group':
      return yield* freezeGroup(signature, context, ids);
    case 'chain':
      return yield* freezeChain(signature, context, ids);
    case 'chord':
      return yield* freezeChord(signature, context, ids);
  }
}

/** Freezes the steps of a chain. Only the last step gets the context of the chain. */
export function freezeSteps(
  steps: readonly WireSignature[],
  context: ParentContext,
  ids: IdSource,
): Steps<readonly WireSignature[]> {
  return mapInSteps(steps, (step, index) =>
    freeze(step, index === steps.length - 1 ? context : { rootId: context.rootId }, ids),
  );
}

/** The result of a frozen signature in Celery's form (`as_tuple`). `parent` is the result of what runs before it. */
export function resultOf(frozen: WireSignature, parent: ResultTuple | null = null): ResultTuple {
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

/** The result of the last step. Each step is the parent of the next. */
export function resultOfSteps(steps: readonly WireSignature[], parent: ResultTuple | null = null): ResultTuple {
  const [first, ...others] = steps;
  return others.reduce((previous, step) => resultOf(step, previous), resultOf(first!, parent));
}

export function groupResult(group: WireSignature, parent: ResultTuple | null = null): ResultTuple {
  return [[idOf(group), parent], membersOf(group).map((member) => resultOf(member))];
}

/** The id of a frozen signature. The id of a chord is that of its header. */
export function idOf({ options }: WireSignature): string {
  return idIn(options.task_id) ?? '';
}

/** Removes group and chord from a frozen signature, so that it can become part of another canvas. Ids are kept. */
export function withoutParentContext(frozen: WireSignature): WireSignature {
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

function freezeTask(task: WireSignature, context: ParentContext, ids: IdSource): WireSignature {
  const { options } = task;
  return {
    ...task,
    options: {
      ...options,
      task_id: idIn(options.task_id) ?? context.id ?? ids.newId(),
      ...optionIfSet('reply_to', options.reply_to ?? ids.replyTo),
      ...groupOptions(options, context),
      ...optionIfSet('root_id', context.rootId),
    },
  };
}

function* freezeGroup(group: WireSignature, context: ParentContext, ids: IdSource): Steps<WireSignature> {
  const { groupId, chord, rootId } = context;
  const members = yield* mapInSteps(membersOf(group), (member, groupIndex) =>
    freeze(member, { groupId, groupIndex, chord, rootId }, ids),
  );
  const { root_id = rootId ?? null, parent_id = null } = group.options;
  const task_id = idIn(group.options.task_id) ?? ids.newId();
  return groupOf(members, { ...group.options, task_id, ...groupOptions(group.options, context), root_id, parent_id });
}

function* freezeChain(chain: WireSignature, context: ParentContext, ids: IdSource): Steps<WireSignature> {
  const steps = yield* freezeSteps(prepareSteps(chain), context, ids);
  if (steps.length === 0) return chain;
  const [[task_id]] = resultOfSteps(steps);
  return chainOfSteps({ ...chain, options: { ...chain.options, task_id } }, steps);
}

/** The members of the header do not carry the body yet: they get it when they are sent. */
function* freezeChord(chord: WireSignature, context: ParentContext, ids: IdSource): Steps<WireSignature> {
  const header = yield* freeze(headerOf(chord), { rootId: context.rootId }, ids);
  const body = yield* freeze(bodyOf(chord), context, ids);
  const frozen = withKwargs(chord, { header, body });
  return { ...frozen, options: { ...chord.options, task_id: idOf(header) } };
}

function groupOptions(options: Options, { groupId, groupIndex, chord }: ParentContext): Options {
  return {
    ...optionIfSet('group_id', options.group_id ?? groupId),
    ...optionIfSet('group_index', groupIndex),
    ...optionIfSet('chord', chord),
  };
}

function optionIfSet(name: string, value: unknown): Options {
  return value === undefined || value === null ? {} : { [name]: value };
}
