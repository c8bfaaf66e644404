import { describe, expect, test } from 'vitest';
import { decode } from '../../message/decode.ts';
import { encode } from '../../message/encode.ts';
import type { Message } from '../../message/message.ts';
import type { StoredResult } from '../../store/resultStore.ts';
import { expand } from '../apply/expand.ts';
import type { Expansion } from '../apply/expansion.ts';
import { resultOf } from '../apply/freeze.ts';
import { taskIdsOf } from '../apply/resultTuple.ts';
import { recordingSender } from '../fixtures/recorded.ts';
import { storedResult } from '../fixtures/storedResult.ts';
import { withErrbacks } from '../signatures/links.ts';
import { pipeAll } from '../signatures/pipe.ts';
import { chordOf, groupOf, taskOf, type WireSignature } from '../signatures/signature.ts';
import { collectHeaderResults, continuationsOfFailedChord, expandChordBody, groupGoneFailure } from './chord.ts';
import { type ContinuationContext, continuationsOf } from './continuations.ts';
import { replacementOf } from './replacement.ts';

const context: ContinuationContext = { nowMs: 0, optionsOf: () => ({ queue: 'celery' }), takesFailure: () => false };
const task = (name: string) => taskOf(`lab.${name}`, []);
const failure = { type: 'ValueError', module: 'builtins', argsJson: '["x"]', traceback: 'Traceback …\n' };
const failed = { state: 'FAILURE', failure } as const;

async function sent(signature: WireSignature): Promise<{ expansion: Expansion; messages: readonly Message[] }> {
  const expansion = expand(signature, {}, recordingSender());
  return { expansion, messages: await Promise.all(expansion.messages.map((message) => decode(encode(message)))) };
}

describe('a chain whose first step fails', () => {
  test('stores the failure for all its later steps, including groups and the bodies of chords', async () => {
    const steps = [task('a'), task('b'), groupOf([task('c'), task('d')]), task('e'), groupOf([task('f'), task('g')])];
    const { messages } = await sent(pipeAll(steps));
    const { failedSteps, expansions } = continuationsOf(messages[0]!, failed, context);
    const ids = failedSteps.map(({ id }) => id);
    const later = messages[0]!.embed.chain;
    expect(later.map((step) => step.task)).toEqual(['celery.group', 'celery.chord', 'lab.b']);
    for (const id of later.flatMap((step) => taskIdsOf(resultOf(step)))) expect(ids).toContain(id);
    expect(failedSteps.every((step) => step.failure === failure)).toBe(true);
    expect(expansions).toEqual([]);
  });

  test('counts as an ended member of the chord that contains it', async () => {
    const { messages } = await sent(chordOf([pipeAll([task('a'), task('b')])], task('body')));
    const { failedSteps, endedMembers } = continuationsOf(messages[0]!, failed, context);
    expect(endedMembers.map(({ memberId }) => memberId)).toEqual(failedSteps.map(({ id }) => id));
    expect(endedMembers).toHaveLength(1);
  });

  test('sends the errback of the chain once, with the id of the step that failed', async () => {
    const { messages } = await sent(withErrbacks(pipeAll([task('a'), task('b'), task('c')]), [task('oops')]));
    const { expansions } = continuationsOf(messages[0]!, failed, context);
    expect(expansions.flatMap((one) => one.messages).map(({ task: name, args }) => [name, args])).toEqual([
      ['lab.oops', [messages[0]!.id]],
    ]);
  });
});

describe('a revoked task', () => {
  const revoked = { state: 'REVOKED', reason: 'revoked' } as const;

  test('leaves the later steps of its chain PENDING and calls no errback, as in Celery', async () => {
    const { messages } = await sent(withErrbacks(pipeAll([task('a'), task('b')]), [task('oops')]));
    expect(continuationsOf(messages[0]!, revoked, context)).toEqual({
      expansions: [],
      failedSteps: [],
      endedMembers: [],
      errbacks: [],
    });
  });

  test('counts as an ended member of its chord', async () => {
    const { messages } = await sent(chordOf([task('a')], task('body')));
    expect(continuationsOf(messages[0]!, revoked, context).endedMembers).toHaveLength(1);
  });

  test('fails the step of its chain that is a member of a chord, which waits without end in Celery', async () => {
    const { messages } = await sent(chordOf([pipeAll([task('a'), task('b'), task('c')])], task('body')));
    const { failedSteps, endedMembers } = continuationsOf(messages[0]!, revoked, context);
    expect(failedSteps.map(({ id, failure: why }) => [id, why.type])).toEqual([
      [endedMembers[0]?.memberId, 'TaskRevokedError'],
    ]);
  });
});

describe('a chord', () => {
  const values = (ids: readonly string[]) => new Map(ids.map((id, i) => [id, storedResult({ result: i })]));

  test('passes its body the results in the order of the header', async () => {
    const { expansion, messages } = await sent(chordOf([task('a'), task('b')], task('body')));
    const results = values(messages.map(({ id }) => id).toReversed());
    expect(collectHeaderResults(expansion.chords[0]!.members, results)).toEqual({ kind: 'values', values: [1, 0] });
  });

  test('sends the same body, whichever member ends last', async () => {
    const { messages } = await sent(chordOf([task('a'), task('b')], groupOf([task('c'), task('d')])));
    const bodies = messages.map((message) => {
      const [member] = continuationsOf(message, { state: 'SUCCESS', resultJson: '1' }, context).endedMembers;
      return expandChordBody(member!, [1, 2], message, context).messages.map(({ id, args }) => [id, args]);
    });
    expect(bodies[0]).toEqual(bodies[1]);
    expect(bodies[0]).toHaveLength(2);
  });

  async function failing(body: WireSignature, firstFailed: Partial<StoredResult>) {
    const { expansion, messages } = await sent(chordOf([task('a'), task('b')], body));
    const [first, second] = messages.map(({ id }) => id);
    const results = new Map([
      [first!, storedResult({})],
      [second!, storedResult({ state: 'FAILURE', ...firstFailed })],
    ]);
    const header = collectHeaderResults(expansion.chords[0]!.members, results);
    if (header.kind !== 'failed') throw new Error('The chord has not failed.');
    const [member] = continuationsOf(messages[1]!, failed, context).endedMembers;
    return {
      ...header.failure,
      member: member!,
      after: continuationsOfFailedChord(member!, header.failure, messages[1]!, context),
    };
  }

  test.each([
    ['ValueError', ['hdr', 42], "ValueError('hdr', 42)"],
    ['KeyError', ["it's"], 'KeyError("it\'s")'],
    ['Oops', [], 'Oops()'],
    ['Oops', [null, true, 1.5, ['a\n', { b: 'ü' }]], "Oops(None, True, 1.5, ['a\\n', {'b': 'ü'}])"],
  ])('fails with Python’s repr of the first exception in its header: %s(%j) is %s', async (type, args, text) => {
    const { error, after, member } = await failing(task('body'), {
      exception: { type, module: 'builtins', args },
      traceback: 'Traceback …\n',
    });
    expect(error).toMatchObject({
      type: 'ChordError',
      module: 'celery.exceptions',
      argsJson: JSON.stringify([text]).replace('ü', '\\u00fc'),
    });
    expect(error.traceback).toMatch(
      /^Traceback …\n\nThe above exception was the direct cause[\s\S]*celery\.exceptions\.ChordError: /,
    );
    expect(after.failedSteps).toEqual([
      { id: member.chord.options.task_id, group: member.groupId, parentId: null, failure: error },
    ]);
  });

  test('sends the errbacks of its body with the id of the body if its header fails', async () => {
    const { after, member } = await failing(withErrbacks(task('body'), [task('oops')]), {});
    expect(after.expansions[0]!.messages).toMatchObject([{ task: 'lab.oops', args: [member.chord.options.task_id] }]);
  });

  test('lists the group of its errbacks as the children of its failed body, as Celery does', async () => {
    const { after, member } = await failing(withErrbacks(task('body'), [task('oops'), task('log')]), {});
    const [{ result, messages }] = after.expansions as [Expansion];
    const [, members] = result;
    expect(members?.map(([[id]]) => id)).toEqual(messages.map(({ id }) => id));
    expect(after.failedSteps).toMatchObject([{ id: member.chord.options.task_id, children: [result] }]);
  });

  describe('in the header of another chord', () => {
    const oops = task('oops');

    /** The names of the errbacks that are sent when the inner chord fails, and then the outer one. */
    async function errbacksOf(inner: WireSignature, outer: WireSignature): Promise<readonly string[][]> {
      const { messages } = await sent(chordOf([task('a'), chordOf([task('b')], inner)], outer));
      const last = messages.find(({ task: name }) => name === 'lab.b')!;
      const ofInner = continuationsOf(last, failed, context).endedMembers[0]!;
      const afterInner = continuationsOfFailedChord(ofInner, groupGoneFailure('g'), last, context);
      const afterOuter = continuationsOfFailedChord(afterInner.endedMembers[0]!, groupGoneFailure('g'), last, context);
      return [afterInner, afterOuter].map(({ expansions }) =>
        expansions.flatMap(({ messages: published }) => published.map(({ task: name }) => name)),
      );
    }

    test('calls an errback that is linked to both once, when the outer chord fails', async () => {
      expect(await errbacksOf(withErrbacks(task('inner'), [oops]), withErrbacks(task('outer'), [oops]))).toEqual([
        [],
        ['lab.oops'],
      ]);
    });

    test('calls the errbacks that only one of them has when that one fails', async () => {
      const inner = withErrbacks(task('inner'), [oops, task('own')]);
      const outer = withErrbacks(task('outer'), [oops, task('theirs')]);
      expect(await errbacksOf(inner, outer)).toEqual([['lab.own'], ['lab.oops', 'lab.theirs']]);
      const differing = withErrbacks(task('outer'), [{ ...oops, args: [1] }]);
      expect(await errbacksOf(withErrbacks(task('inner'), [oops]), differing)).toEqual([['lab.oops'], ['lab.oops']]);
    });
  });

  test('whose body is a group sends an errback of the group and of its member once for this member', async () => {
    const oops = task('oops');
    const body = groupOf([withErrbacks(task('c'), [oops]), task('d')], { link_error: [oops] });
    const { after } = await failing(body, {});
    expect(after.expansions.flatMap(({ messages }) => messages)).toHaveLength(2);
  });

  test('that fails counts as an ended member of the chord that contains it', async () => {
    const inner = chordOf([task('a')], task('inner'));
    const { messages } = await sent(chordOf([inner, task('b')], task('outer')));
    const [member] = continuationsOf(messages[0]!, failed, context).endedMembers;
    const { endedMembers, failedSteps } = continuationsOfFailedChord(
      member!,
      groupGoneFailure('g'),
      messages[0]!,
      context,
    );
    expect(endedMembers).toMatchObject([{ memberId: failedSteps[0]!.id, chord: { task: 'lab.outer' } }]);
  });

  test('whose body is a group fails each member of the body with the cause, and sends the errback for each', async () => {
    const body = withErrbacks(groupOf([task('c'), task('d')]), [task('oops')]);
    const { after, cause } = await failing(body, {
      exception: { type: 'ValueError', module: 'builtins', args: ['x'] },
    });
    expect(after.failedSteps.map((step) => step.failure)).toEqual([cause, cause, cause]);
    expect(after.expansions.flatMap(({ messages }) => messages)).toHaveLength(2);
  });

  test('fails with a TimeoutError if a member of its header has no result', () => {
    const header = collectHeaderResults([['g', null], [[['a', null], null]]], new Map());
    expect(header).toMatchObject({
      failure: { error: { argsJson: `["TimeoutError('The operation timed out.')"]` } },
    });
  });

  test('whose group item does not exist any more fails with Celery’s text', () => {
    expect(groupGoneFailure('g-1').error.argsJson).toBe('["GroupResult g-1 no longer exists"]');
  });
});

describe('the replacement of a task', () => {
  test('takes over the place of the task in chain and chord, and its callbacks and errbacks', async () => {
    const { messages } = await sent(
      chordOf([{ ...task('a'), options: { link: [task('linked')], link_error: [task('oops')] } }], task('body')),
    );
    const replacement = replacementOf(messages[0]!, pipeAll([task('x'), task('y')]), context).messages[0]!;
    const last = replacement.embed?.chain?.[0];
    expect(replacement).toMatchObject({
      task: 'lab.x',
      rootId: messages[0]!.rootId,
      parentId: messages[0]!.id,
      replacedTaskNesting: 1,
    });
    expect(last).toMatchObject({
      task: 'lab.y',
      options: {
        task_id: messages[0]!.id,
        group_id: messages[0]!.group,
        group_index: 0,
        replaced_task_nesting: 1,
        link: [{ task: 'lab.linked' }],
        link_error: [{ task: 'lab.oops' }],
      },
    });
    expect(last?.options.chord).toMatchObject({ task: 'lab.body' });
  });

  test.each([
    ['an empty chain', pipeAll([]), 'Cannot replace with an empty chain'],
    [
      'a member of a chord',
      { ...task('x'), options: { chord: task('body') } },
      'A signature replacing a task must not be part of a chord',
    ],
  ])('is refused with Celery’s text for %s', async (_, signature, text) => {
    const { messages } = await sent(task('a'));
    expect(() => replacementOf(messages[0]!, signature, context)).toThrow(text);
  });

  test('has the list of the members’ results as its result if it is a group', async () => {
    const { messages } = await sent(task('a'));
    const { messages: members, chords } = replacementOf(messages[0]!, groupOf([task('x'), task('y')]), context);
    expect(chords).toHaveLength(1);
    expect(members.map(({ embed }) => embed?.chord)).toMatchObject(
      [1, 2].map(() => ({ task: 'celery.accumulate', kwargs: { index: 0 }, options: { task_id: messages[0]!.id } })),
    );
  });
});
