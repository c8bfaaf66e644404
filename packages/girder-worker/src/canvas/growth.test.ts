import { expect, test } from 'vitest';
import { encode } from '../message/encode.ts';
import type { Message } from '../message/message.ts';
import type { Failure } from '../outcome/failure.ts';
import { runSteps } from '../system/steps.ts';
import { PublishedSize } from './apply/publishedSize.ts';
import { builtinRun } from './continuations/builtinTasks.ts';
import { continuationsOfFailedChord, groupGoneFailure } from './continuations/chord.ts';
import { continuationsOf } from './continuations/continuations.ts';
import { replacementOf } from './continuations/replacement.ts';
import { chainOf, chordOf, groupOf, taskOf, type WireSignature } from './signatures/signature.ts';

// The cost of what follows a task grows in proportion to its message: with four times the members it takes about four times as
// long. Quadratic growth would be 16 times as long.

const context = { nowMs: 0, optionsOf: () => ({ queue: 'celery' }), takesFailure: () => false };
const failure: Failure = { type: 'ValueError', module: 'builtins', argsJson: '[]', traceback: null };
const done = { state: 'SUCCESS', resultJson: '1' } as const;
const failed = { state: 'FAILURE', failure } as const;

function tasks(count: number, options: WireSignature['options'] = {}): WireSignature[] {
  return Array.from({ length: count }, (_, i) => ({ ...taskOf('p.x', [i]), options }));
}

function frozenTasks(count: number): WireSignature[] {
  return Array.from({ length: count }, (_, i) => ({ ...taskOf('p.x'), options: { task_id: `t${i}` } }));
}

function messageWith(embed: Partial<Message['embed']>): Message {
  const all = { callbacks: [], errbacks: [], chain: [], chord: null, ...embed };
  return {
    task: 'p.x',
    id: 'id',
    rootId: 'root',
    group: null,
    groupIndex: null,
    embed: all,
    replacedTaskNesting: 0,
  } as never;
}

function after(embed: Partial<Record<keyof Message['embed'], unknown>>, outcome: typeof done | typeof failed = done) {
  const { expansions } = continuationsOf(messageWith(embed as never), outcome, context);
  runSteps(new PublishedSize().add(expansions.flatMap(({ messages }) => messages)));
}

function failedChord(chord: WireSignature) {
  const member = { groupId: 'g', index: 0, memberId: 'm', chord };
  return continuationsOfFailedChord(member, groupGoneFailure('g'), { id: 'm', rootId: 'r' }, context);
}

const stampNames = (count: number) => Array.from({ length: count }, (_, i) => `s${i}`);

const cases: readonly (readonly [string, number, (count: number) => void])[] = [
  ['a group', 3000, (count) => after({ callbacks: [groupOf(tasks(count))] })],
  ['a chord', 3000, (count) => after({ callbacks: [chordOf(tasks(count), taskOf('p.body'))] })],
  ['a chain', 700, (count) => after({ callbacks: [chainOf(tasks(count))] })],
  ['callbacks', 3000, (count) => after({ callbacks: tasks(count) })],
  ['errbacks', 3000, (count) => after({ errbacks: tasks(count) }, failed)],
  ['the later steps of a failed chain', 3000, (count) => after({ chain: frozenTasks(count) }, failed)],
  [
    'callbacks of a chord beside those of its body',
    700,
    (count) =>
      after({
        callbacks: [
          {
            ...chordOf([taskOf('p.x')], { ...taskOf('p.body'), options: { link: tasks(count) } }),
            options: { link: tasks(count) },
          },
        ],
      }),
  ],
  [
    'callbacks of a task that is replaced',
    3000,
    (count) =>
      void replacementOf(
        messageWith({ callbacks: tasks(count) as never }),
        { ...taskOf('p.y'), options: { link: tasks(count) } },
        context,
      ),
  ],
  [
    'errbacks of a failed chord',
    3000,
    (count) => void failedChord({ ...taskOf('p.body'), options: { link_error: tasks(count) } }),
  ],
  ['the members of a failed body', 3000, (count) => void failedChord(groupOf(frozenTasks(count)))],
  [
    'chunks',
    3000,
    (count) =>
      void builtinRun('celery.chunks', { args: [{ ...taskOf('p.x') } as never, stampNames(count), 1], kwargs: {} }),
  ],
  [
    'stamp names of a callback',
    3000,
    (count) => {
      const names = stampNames(count);
      const options = { ...Object.fromEntries(names.map((name) => [name, 0])), stamped_headers: names };
      continuationsOf(messageWith({ callbacks: tasks(1, options) as never }), done, context);
    },
  ],
  [
    'groups in groups',
    50,
    (count) =>
      after({
        callbacks: [
          Array.from({ length: count }).reduce<WireSignature>(
            (inner) => groupOf([inner, ...tasks(20)]),
            groupOf(tasks(1)),
          ),
        ],
      }),
  ],
  [
    'the body of a chord, which each member carries',
    500,
    (count) =>
      after({
        callbacks: [chordOf(tasks(count), { ...taskOf('p.body'), args: ['z'.repeat(10_000), [...stampNames(500)]] })],
      }),
  ],
];

test.each(cases)('what follows a task costs in proportion to its size: %s', (_, count, run) => {
  run(count); // Compiles.
  const [small, large] = [fastest(() => run(count)), fastest(() => run(4 * count))];
  expect(large).toBeLessThan(12 * Math.max(small, 2));
});

/** The shortest of five runs, in ms: the one that was least disturbed. */
function fastest(run: () => void): number {
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  return Math.min(...times);
}

test('the size of what is published is estimated at the bytes that are published', () => {
  const { expansions } = continuationsOf(
    messageWith({ callbacks: [chordOf(tasks(50), { ...taskOf('p.body'), args: ['é"'.repeat(3000)] })] as never }),
    done,
    context,
  );
  const messages = expansions.flatMap((expansion) => expansion.messages);
  const size = new PublishedSize();
  runSteps(size.add(messages));
  const published = messages.reduce((sum, message) => sum + encode(message).length, 0);
  expect(size.bytes / published).toBeGreaterThan(0.9);
  expect(size.bytes / published).toBeLessThan(1.1);
});
