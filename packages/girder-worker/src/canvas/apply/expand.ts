import type { ResultTuple } from '../../store/resultStore.ts';
import { mapInSteps, runSteps, type Steps } from '../../system/steps.ts';
import { CanvasError } from '../signatures/errors.ts';
import { withCallbacks, withErrbacks } from '../signatures/links.ts';
import { membersOf } from '../signatures/pipe.ts';
import {
  bodyOf,
  type Call,
  chordOf,
  groupOf,
  headerOf,
  idIn,
  kindOf,
  merge,
  type Options,
  signaturesIn,
  textIn,
  type WireSignature,
} from '../signatures/signature.ts';
import { prepareSteps } from '../signatures/steps.ts';
import { type Expansion, mergeExpansions } from './expansion.ts';
import {
  freeze,
  freezeSteps,
  groupResult,
  type ParentContext,
  resultOf,
  resultOfSteps,
  withoutParentContext,
} from './freeze.ts';
import { type Sender, toOutgoingMessage } from './outgoingMessage.ts';
import { taskIdsOf, valuesOf } from './resultTuple.ts';

/**
 * Returns what must be written and published in order to run a signature of any shape, as Celery's `apply_async`. Pure,
 * except for the ids that `sender.newId` returns.
 *
 * Throws CanvasError NOTHING_TO_RUN for a chain without steps and a chord without a body; NOT_A_SIGNATURE for a value that
 * is none; OPTION_MALFORMED for a callback on a group and for a malformed time.
 */
export function expand(signature: WireSignature, call: Call, sender: Sender): Expansion {
  return runSteps(expandInSteps(signature, call, sender));
}

/** As `expand`, in steps: one for each signature that is frozen or sent. */
export function* expandInSteps(signature: WireSignature, call: Call, sender: Sender): Steps<Expansion> {
  yield;
  switch (kindOf(signature)) {
    case 'task':
      return expandTask(signature, call, sender);
    case 'chain':
      return yield* expandChain(signature, call, sender);
    case 'group':
      return yield* expandGroup(signature, call, sender);
    case 'chord':
      return yield* expandChord(signature, call, sender);
  }
}

function expandTask(task: WireSignature, call: Call, sender: Sender): Expansion {
  const message = toOutgoingMessage(merge(task, call), sender);
  const result = [[message.id, null], null] as const;
  return { chords: [], messages: [message], result, children: [result] };
}

/** The message of the first step carries the other steps in reverse order (docs/wire-format.md §1.3). */
function* expandChain(chain: WireSignature, call: Call, sender: Sender): Steps<Expansion> {
  const {
    link,
    link_error,
    chain: later,
    task_id,
    chord,
    group_id,
    group_index,
    ...firstOptions
  } = optionsOf(chain, call);
  const steps = prepareSteps({ ...chain, args: [], options: { link, link_error } });
  const context: ParentContext = {
    id: idIn(task_id),
    groupId: idIn(group_id),
    groupIndex: typeof group_index === 'number' ? group_index : undefined,
    chord: signaturesIn(chord)[0],
    rootId: textIn(firstOptions.root_id),
  };
  const [first, ...rest] = yield* freezeSteps(steps, context, sender);
  if (!first) throw new CanvasError('NOTHING_TO_RUN', 'A chain needs at least one step.');
  const options = { ...firstOptions, chain: [...signaturesIn(later), ...rest.toReversed()] };
  const expansion = yield* expandInSteps(first, { ...callArgs(chain, call), options }, sender);
  return rest.length === 0 ? expansion : { ...expansion, result: resultOfSteps([first, ...rest]) };
}

/**
 * Sends all members. A group with the option `chain` becomes the header of a chord with the next step as its body. Only a
 * signature that is written by hand has that option here.
 */
function* expandGroup(group: WireSignature, call: Call, sender: Sender): Steps<Expansion> {
  const { link, link_error, chain, task_id, group_index, ...shared } = optionsOf(group, call);
  const [next, ...later] = signaturesIn(chain).toReversed();
  if (next) {
    const chord = chordOf(groupOf(membersOf(group).map(withoutParentContext), { task_id }), next);
    return yield* expandInSteps(
      chord,
      { ...call, options: { ...shared, link_error, chain: later.toReversed() } },
      sender,
    );
  }
  if (link && signaturesIn(link).length > 0) {
    throw new CanvasError(
      'OPTION_MALFORMED',
      'A group has no result of its own, so a callback cannot be linked to it: use chord(group, callback).',
    );
  }

  const groupId = idIn(task_id) ?? sender.newId();
  const linked = membersOf(withErrbacks(group, signaturesIn(link_error)));
  const members = yield* mapInSteps(linked, (member, groupIndex) =>
    freeze(member, { groupId, groupIndex, rootId: textIn(shared.root_id) }, sender),
  );
  const options = { ...shared, group_id: groupId };
  const { args, kwargs } = callArgs({ ...group, args: [] }, call);
  const sent = yield* mapInSteps(members, (member) => expandInSteps(member, { args, kwargs, options }, sender));
  const result = unwrapGroup(groupResult(groupOf(members, { task_id: groupId })));
  return mergeExpansions(sent, { result, children: [result] });
}

/** Sends the members of the header, each with the body. If the header is empty, sends the body at once. */
function* expandChord(chord: WireSignature, call: Call, sender: Sender): Steps<Expansion> {
  const {
    link,
    link_error,
    chain,
    chord: outer,
    countdown,
    eta,
    task_id,
    parent_id,
    group_index,
    ...shared
  } = optionsOf(chord, call);
  const header = headerOf(chord);
  const groupId = idIn(header.options.task_id) ?? sender.newId();

  const linked = withErrbacks(withCallbacks(bodyOf(chord), signaturesIn(link)), signaturesIn(link_error));
  const merged = merge(linked, { options: { ...shared, chain, chord: outer, group_index } });
  const body = yield* freeze(merged, { id: idIn(task_id), groupId, rootId: textIn(merged.options.root_id) }, sender);

  const members = yield* mapInSteps(membersOf(header), (member, groupIndex) =>
    freeze(member, { groupId, groupIndex, chord: body, rootId: textIn(shared.root_id) }, sender),
  );
  const group = groupResult(groupOf(members, { task_id: groupId }));
  const [[id], inner] = resultOf(body);
  const result: ResultTuple = [[id, group], inner]; // As in Celery: the parent is the header, even if the body is a chain.

  const { args, kwargs } = callArgs(chord, call);
  const memberCall = { args, kwargs: { ...(chord.kwargs.kwargs as WireSignature['kwargs'] | undefined), ...kwargs } };
  const options = { ...shared, countdown, eta, parent_id, group_id: groupId, chord: body };
  const sent = yield* mapInSteps(members, (member) => expandInSteps(member, { ...memberCall, options }, sender));
  if (taskIdsOf(group).length === 0) {
    const bodyExpansion = yield* expandInSteps(body, { args: [valuesOf(group, () => null)] }, sender);
    return mergeExpansions([...sent, bodyExpansion], { result, children: bodyExpansion.children });
  }
  const all = mergeExpansions(sent, { result, children: [group] });
  return { ...all, chords: [{ groupId, members: group }, ...all.chords] };
}

/** The options of a signature and of a call. Those of the call win, except for the group id and stamps. */
function optionsOf(signature: WireSignature, { options = {} }: Call): Options {
  return merge(signature, { options }).options;
}

/** The arguments that a signature passes on to the signatures in it. If it is immutable, they do not include those of the call. */
function callArgs(signature: WireSignature, { args = [], kwargs = {} }: Call): Required<Omit<Call, 'options'>> {
  return signature.immutable ? { args: signature.args, kwargs: {} } : { args: [...args, ...signature.args], kwargs };
}

/** As in Celery, a group whose only member is a chain that ends in a group has the result of that group. */
function unwrapGroup(group: ResultTuple): ResultTuple {
  const [only, ...others] = group[1] ?? [];
  return only && only[1] !== null && others.length === 0 ? only : group;
}
