import type { ResultTuple } from '../../store/resultStore.ts';
import { CanvasError } from '../signatures/errors.ts';
import { withCallbacks, withErrbacks } from '../signatures/links.ts';
import { membersOf } from '../signatures/pipe.ts';
import {
  bodyOf,
  type Call,
  chordOf,
  groupOf,
  headerOf,
  kindOf,
  merge,
  type Options,
  type Signature,
  signaturesIn,
  textIn,
} from '../signatures/signature.ts';
import { stepsOf } from '../signatures/steps.ts';
import { type Expansion, mergeExpansions } from './expansion.ts';
import {
  freeze,
  frozenSteps,
  groupResult,
  type ParentContext,
  resultOf,
  resultOfSteps,
  withoutParentContext,
} from './freeze.ts';
import { outgoing, type Sender } from './outgoing.ts';
import { leavesOf, valuesOf } from './resultTuple.ts';

export type { Expansion } from './expansion.ts';

/**
 * What is to be written and published for a signature of any shape to run, as Celery's `apply_async`: a pure function, if
 * the sender's `newId` is one.
 *
 * Throws CanvasError for what cannot be sent.
 */
export function expand(signature: Signature, call: Call, sender: Sender): Expansion {
  switch (kindOf(signature)) {
    case 'task':
      return expandTask(signature, call, sender);
    case 'chain':
      return expandChain(signature, call, sender);
    case 'group':
      return expandGroup(signature, call, sender);
    case 'chord':
      return expandChord(signature, call, sender);
  }
}

function expandTask(task: Signature, call: Call, sender: Sender): Expansion {
  const message = outgoing(merge(task, call), sender);
  const result = [[message.id, null], null] as const;
  return { chords: [], messages: [message], result, children: [result] };
}

/** The first step is sent, and carries the others, the next one last. */
function expandChain(chain: Signature, call: Call, sender: Sender): Expansion {
  const { link, link_error, chain: later, task_id, chord, group_id, group_index, ...forFirst } = optionsOf(chain, call);
  const steps = stepsOf({ ...chain, args: [], options: { link, link_error } });
  const place: ParentContext = {
    id: textIn(task_id),
    groupId: textIn(group_id),
    groupIndex: typeof group_index === 'number' ? group_index : undefined,
    chord: signaturesIn(chord)[0],
    rootId: textIn(forFirst.root_id),
  };
  const [first, ...rest] = frozenSteps(steps, place, sender);
  if (!first) throw new CanvasError('NOTHING_TO_RUN', 'A chain needs at least one step.');
  const options = { ...forFirst, chain: [...signaturesIn(later), ...rest.toReversed()] };
  const sent = expand(first, { ...callArgs(chain, call), options }, sender);
  return rest.length === 0 ? sent : { ...sent, result: resultOfSteps([first, ...rest]) };
}

/** All members are sent. Of what follows a group as a step of a chain, which only a hand can have written, it is the header. */
function expandGroup(group: Signature, call: Call, sender: Sender): Expansion {
  const { link, link_error, chain, task_id, group_index, ...shared } = optionsOf(group, call);
  const [next, ...later] = signaturesIn(chain).toReversed();
  if (next) {
    const chord = chordOf(groupOf(membersOf(group).map(withoutParentContext), { task_id }), next);
    return expand(chord, { ...call, options: { ...shared, link_error, chain: later.toReversed() } }, sender);
  }
  if (link && signaturesIn(link).length > 0) {
    throw new CanvasError(
      'OPTION_MALFORMED',
      'A group as a whole never ends, so that nothing can be linked to it: use a chord.',
    );
  }

  const groupId = textIn(task_id) ?? sender.newId();
  const members = membersOf(withErrbacks(group, signaturesIn(link_error))).map((member, groupIndex) =>
    freeze(member, { groupId, groupIndex, rootId: textIn(shared.root_id) }, sender),
  );
  const options = { ...shared, group_id: groupId };
  const { args, kwargs } = callArgs({ ...group, args: [] }, call);
  const sent = members.map((member) => expand(member, { args, kwargs, options }, sender));
  const result = unwrapped(groupResult(groupOf(members, { task_id: groupId })));
  return mergeExpansions(sent, { result, children: [result] });
}

/** The members of the header are sent, each with the body; or the body at once, where there are none. */
function expandChord(chord: Signature, call: Call, sender: Sender): Expansion {
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
  const groupId = textIn(header.options.task_id) ?? sender.newId();

  const ended = withErrbacks(withCallbacks(bodyOf(chord), signaturesIn(link)), signaturesIn(link_error));
  const ready = merge(ended, { options: { ...shared, chain, chord: outer, group_index } });
  const body = freeze(ready, { id: textIn(task_id), groupId, rootId: textIn(ready.options.root_id) }, sender);

  const members = membersOf(header).map((member, groupIndex) =>
    freeze(member, { groupId, groupIndex, chord: body, rootId: textIn(shared.root_id) }, sender),
  );
  const group = groupResult(groupOf(members, { task_id: groupId }));
  const [[id], inner] = resultOf(body);
  const result: ResultTuple = [[id, group], inner]; // As in Celery: the header comes before the body, even if that is a chain.

  const { args, kwargs } = callArgs(chord, call);
  const given = { args, kwargs: { ...(chord.kwargs.kwargs as Signature['kwargs'] | undefined), ...kwargs } };
  const options = { ...shared, countdown, eta, parent_id, group_id: groupId, chord: body };
  const sent = members.map((member) => expand(member, { ...given, options }, sender));
  if (leavesOf(group).length === 0) {
    const atOnce = expand(body, { args: [valuesOf(group, () => null)] }, sender);
    return mergeExpansions([...sent, atOnce], { result, children: atOnce.children });
  }
  const all = mergeExpansions(sent, { result, children: [group] });
  return { ...all, chords: [{ groupId, members: group }, ...all.chords] };
}

/** The options of a signature and of the call: those of the call win, but for the group that it is counted in. */
function optionsOf(signature: Signature, { options = {} }: Call): Options {
  return merge(signature, { options }).options;
}

/** What the parts of a signature are told: if it is immutable, nothing of what came before it. */
function callArgs(signature: Signature, { args = [], kwargs = {} }: Call): Required<Omit<Call, 'options'>> {
  return signature.immutable ? { args: signature.args, kwargs: {} } : { args: [...args, ...signature.args], kwargs };
}

/** A group of nothing but a chain that ends in a group is known as that group. */
function unwrapped(group: ResultTuple): ResultTuple {
  const [only, ...others] = group[1] ?? [];
  return only && only[1] !== null && others.length === 0 ? only : group;
}
