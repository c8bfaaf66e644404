import { describe, expect, test } from 'vitest';
import { decode } from '../message/decode.ts';
import { encode } from '../message/encode.ts';
import type { Message } from '../message/message.ts';
import type { StoredResult } from '../store/resultStore.ts';
import { type Expansion, expand } from './apply/expand.ts';
import { resultOf } from './apply/freeze.ts';
import { leavesOf } from './apply/resultTuple.ts';
import { chordBody, chordFailure, collectHeaderResults, groupGone } from './continuations/chord.ts';
import { type ContinuationContext, continuationsOf } from './continuations/continuations.ts';
import { replacementOf } from './continuations/replacement.ts';
import { recordingSender } from './fixtures/recorded.ts';
import { stored } from './fixtures/stored.ts';
import { withErrbacks } from './signatures/links.ts';
import { chained } from './signatures/pipe.ts';
import { chordOf, groupOf, type Signature, taskOf } from './signatures/signature.ts';

const context: ContinuationContext = { nowMs: 0, optionsOf: () => ({ queue: 'celery' }), takesFailure: () => false };
const task = (name: string) => taskOf(`lab.${name}`, []);
const failure = { type: 'ValueError', module: 'builtins', argsJson: '["x"]', traceback: 'Traceback …\n' };
const failed = { state: 'FAILURE', failure } as const;

async function sent(signature: Signature): Promise<{ expansion: Expansion; messages: readonly Message[] }> {
  const expansion = expand(signature, {}, recordingSender());
  return { expansion, messages: await Promise.all(expansion.messages.map((message) => decode(encode(message)))) };
}

describe('a chain that fails', () => {
  test('has all its later steps fail with it, groups and the bodies of chords included', async () => {
    const steps = [task('a'), task('b'), groupOf([task('c'), task('d')]), task('e'), groupOf([task('f'), task('g')])];
    const { messages } = await sent(chained(steps));
    const { failedSteps, expansions } = continuationsOf(messages[0]!, failed, context);
    const ids = failedSteps.map(({ id }) => id);
    const later = messages[0]!.embed.chain;
    expect(later.map((step) => step.task)).toEqual(['celery.group', 'celery.chord', 'lab.b']);
    for (const id of later.flatMap((step) => leavesOf(resultOf(step)))) expect(ids).toContain(id);
    expect(failedSteps.every((step) => step.failure === failure)).toBe(true);
    expect(expansions).toEqual([]);
  });

  test('counts for the chord that waits for its last step', async () => {
    const { messages } = await sent(chordOf([chained([task('a'), task('b')])], task('body')));
    const { failedSteps, chordParts } = continuationsOf(messages[0]!, failed, context);
    expect(chordParts.map(({ memberId }) => memberId)).toEqual(failedSteps.map(({ id }) => id));
    expect(chordParts).toHaveLength(1);
  });

  test('calls the errback that was linked to the chain, once, for the step that failed', async () => {
    const { messages } = await sent(withErrbacks(chained([task('a'), task('b'), task('c')]), [task('oops')]));
    const { expansions } = continuationsOf(messages[0]!, failed, context);
    expect(expansions.flatMap((one) => one.messages).map(({ task: name, args }) => [name, args])).toEqual([
      ['lab.oops', [messages[0]!.id]],
    ]);
  });
});

describe('a task that is revoked', () => {
  const revoked = { state: 'REVOKED', reason: 'revoked' } as const;

  test('leaves the later steps of its chain as they are, and calls nobody, as in Celery', async () => {
    const { messages } = await sent(withErrbacks(chained([task('a'), task('b')]), [task('oops')]));
    expect(continuationsOf(messages[0]!, revoked, context)).toEqual({
      expansions: [],
      failedSteps: [],
      chordParts: [],
      errbacks: [],
    });
  });

  test('counts for its chord', async () => {
    const { messages } = await sent(chordOf([task('a')], task('body')));
    expect(continuationsOf(messages[0]!, revoked, context).chordParts).toHaveLength(1);
  });

  test('ends the step of its chain that a chord waits for, which in Celery would wait for ever', async () => {
    const { messages } = await sent(chordOf([chained([task('a'), task('b'), task('c')])], task('body')));
    const { failedSteps, chordParts } = continuationsOf(messages[0]!, revoked, context);
    expect(failedSteps.map(({ id, failure: why }) => [id, why.type])).toEqual([
      [chordParts[0]?.memberId, 'TaskRevokedError'],
    ]);
  });
});

describe('a chord', () => {
  const values = (ids: readonly string[]) => new Map(ids.map((id, i) => [id, stored({ result: i })]));

  test('gives its body the values in the order of the header', async () => {
    const { expansion, messages } = await sent(chordOf([task('a'), task('b')], task('body')));
    const results = values(messages.map(({ id }) => id).toReversed());
    expect(collectHeaderResults(expansion.chords[0]!.members, results)).toEqual({ kind: 'values', values: [1, 0] });
  });

  test('has the same body whichever member ends it', async () => {
    const { messages } = await sent(chordOf([task('a'), task('b')], groupOf([task('c'), task('d')])));
    const bodies = messages.map((message) => {
      const [part] = continuationsOf(message, { state: 'SUCCESS', resultJson: '1' }, context).chordParts;
      return chordBody(part!, [1, 2], message, context).messages.map(({ id, args }) => [id, args]);
    });
    expect(bodies[0]).toEqual(bodies[1]);
    expect(bodies[0]).toHaveLength(2);
  });

  async function failing(body: Signature, culprit: Partial<StoredResult>) {
    const { expansion, messages } = await sent(chordOf([task('a'), task('b')], body));
    const [first, second] = messages.map(({ id }) => id);
    const results = new Map([
      [first!, stored({})],
      [second!, stored({ state: 'FAILURE', ...culprit })],
    ]);
    const gathered = collectHeaderResults(expansion.chords[0]!.members, results);
    if (gathered.kind !== 'failed') throw new Error('The chord has not failed.');
    const [part] = continuationsOf(messages[1]!, failed, context).chordParts;
    return { ...gathered.failure, part: part!, after: chordFailure(part!, gathered.failure, messages[1]!, context) };
  }

  test.each([
    ['ValueError', ['hdr', 42], "ValueError('hdr', 42)"],
    ['KeyError', ["it's"], 'KeyError("it\'s")'],
    ['Oops', [], 'Oops()'],
    ['Oops', [null, true, 1.5, ['a\n', { b: 'ü' }]], "Oops(None, True, 1.5, ['a\\n', {'b': 'ü'}])"],
  ])('fails with Python’s repr of the first exception: %s(%j) is %s', async (type, args, text) => {
    const { error, after, part } = await failing(task('body'), {
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
      { id: part.chord.options.task_id, group: part.groupId, parentId: null, failure: error },
    ]);
  });

  test('calls the errbacks of its body with the id of the body', async () => {
    const { after, part } = await failing(withErrbacks(task('body'), [task('oops')]), {});
    expect(after.expansions[0]!.messages).toMatchObject([{ task: 'lab.oops', args: [part.chord.options.task_id] }]);
  });

  test('that is a member of a chord itself, counts as failed for that one', async () => {
    const inner = chordOf([task('a')], task('inner'));
    const { messages } = await sent(chordOf([inner, task('b')], task('outer')));
    const [part] = continuationsOf(messages[0]!, failed, context).chordParts;
    const { chordParts, failedSteps } = chordFailure(part!, groupGone('g'), messages[0]!, context);
    expect(chordParts).toMatchObject([{ memberId: failedSteps[0]!.id, chord: { task: 'lab.outer' } }]);
  });

  test('whose body is a group has each member of it fail with what went wrong, and tells each errback', async () => {
    const body = withErrbacks(groupOf([task('c'), task('d')]), [task('oops')]);
    const { after, cause } = await failing(body, {
      exception: { type: 'ValueError', module: 'builtins', args: ['x'] },
    });
    expect(after.failedSteps.map((step) => step.failure)).toEqual([cause, cause, cause]);
    expect(after.expansions.flatMap(({ messages }) => messages)).toHaveLength(2);
  });

  test('waits in vain for a member without a result, and says so', () => {
    const gathered = collectHeaderResults([['g', null], [[['a', null], null]]], new Map());
    expect(gathered).toMatchObject({
      failure: { error: { argsJson: `["TimeoutError('The operation timed out.')"]` } },
    });
  });

  test('whose group item is gone fails in Celery’s words', () => {
    expect(groupGone('g-1').error.argsJson).toBe('["GroupResult g-1 no longer exists"]');
  });
});

describe('a task that another replaces', () => {
  test('passes on its place in chain and chord, and what was linked to it', async () => {
    const { messages } = await sent(
      chordOf([{ ...task('a'), options: { link: [task('linked')], link_error: [task('oops')] } }], task('body')),
    );
    const heir = replacementOf(messages[0]!, chained([task('x'), task('y')]), context).messages[0]!;
    const last = heir.embed?.chain?.[0];
    expect(heir).toMatchObject({
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

  test('by a group gives the list of its results', async () => {
    const { messages } = await sent(task('a'));
    const { messages: members, chords } = replacementOf(messages[0]!, groupOf([task('x'), task('y')]), context);
    expect(chords).toHaveLength(1);
    expect(members.map(({ embed }) => embed?.chord)).toMatchObject(
      [1, 2].map(() => ({ task: 'celery.accumulate', kwargs: { index: 0 }, options: { task_id: messages[0]!.id } })),
    );
  });
});
