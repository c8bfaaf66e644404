import { expect, test } from 'vitest';
import { expand } from '../apply/expand.ts';
import { recordingSender } from '../fixtures/recorded.ts';
import { CanvasError } from '../signatures/errors.ts';
import { taskOf, toSignature } from '../signatures/signature.ts';
import { builtinRun } from './builtinTasks.ts';

const add = { task: 'lab.add' };

function messagesOf(run: ReturnType<typeof builtinRun>) {
  if (run?.kind !== 'sends') throw new Error(`Expected a run that sends, got ${run?.kind}.`);
  return expand(run.signature, run.call, recordingSender()).messages;
}

test('celery.map calls a task with each item, celery.starmap with the items of each list as arguments', () => {
  const it = [[1, 2], [3]];
  expect(builtinRun('celery.map', { args: [], kwargs: { task: add, it } })).toEqual({
    kind: 'calls',
    task: 'lab.add',
    argumentLists: [[[1, 2]], [[3]]],
  });
  expect(builtinRun('celery.starmap', { args: [add, it], kwargs: {} })).toEqual({
    kind: 'calls',
    task: 'lab.add',
    argumentLists: it,
  });
});

test('celery.chunks sends a celery.starmap for each chunk', () => {
  const messages = messagesOf(
    builtinRun('celery.chunks', { args: [], kwargs: { task: add, it: [[0], [1], [2]], n: 2 } }),
  );
  expect(messages.map(({ task, kwargs }) => [task, kwargs?.it])).toEqual([
    ['celery.starmap', [[0], [1]]],
    ['celery.starmap', [[2]]],
  ]);
});

test('celery.accumulate returns all its arguments, or the one at `index`', () => {
  expect(builtinRun('celery.accumulate', { args: [[1, 2]], kwargs: { index: 0 } })).toEqual({
    kind: 'value',
    value: [1, 2],
  });
  expect(builtinRun('celery.accumulate', { args: [1, 2], kwargs: {} })).toEqual({ kind: 'value', value: [1, 2] });
  expect(builtinRun('celery.accumulate', { args: [], kwargs: { index: 0 } })).toMatchObject({
    failure: { type: 'IndexError' },
  });
});

test('celery.group and celery.chord send the signatures in their arguments', () => {
  const group = messagesOf(
    builtinRun('celery.group', { args: [], kwargs: { tasks: [add, add], group_id: 'g', partial_args: [1] } }),
  );
  expect(group).toMatchObject([
    { group: 'g', args: [1] },
    { group: 'g', args: [1] },
  ]);
  const chord = messagesOf(builtinRun('celery.chord', { args: [[add], { task: 'lab.sum' }], kwargs: {} }));
  expect(chord).toMatchObject([{ task: 'lab.add', embed: { chord: { task: 'lab.sum' } } }]);
});

test('celery.chain fails with NotImplementedError, missing arguments with TypeError, and no other name is a built-in task', () => {
  expect(builtinRun('celery.chain', { args: [], kwargs: {} })).toMatchObject({
    failure: { type: 'NotImplementedError' },
  });
  expect(builtinRun('celery.map', { args: [], kwargs: {} })).toMatchObject({
    kind: 'fails',
    failure: { type: 'TypeError' },
  });
  for (const name of ['lab.add', 'constructor', '__proto__'])
    expect(builtinRun(name, { args: [], kwargs: {} })).toBeUndefined();
});

test.each([null, 1, 'lab.add', [], {}, { task: 1 }, { task: 'x', args: {} }, { task: 'x', options: [] }])(
  'toSignature throws a CanvasError for %j',
  (value) => {
    expect(() => toSignature(value)).toThrow(CanvasError);
  },
);

test('countdown and expires count from the time of sending, and unknown options become properties', () => {
  const options = { countdown: 1.5, expires: 60, MessageGroupId: 'tenant-7', queue: 'jobs.fifo', constructor: 1 };
  const [message] = expand(
    { ...taskOf('lab.add'), options },
    {},
    { ...recordingSender(), nowMs: Date.UTC(2026, 0, 2) },
  ).messages;
  expect(message).toMatchObject({
    eta: '2026-01-02T00:00:01.500000+00:00',
    expires: '2026-01-02T00:01:00.000000+00:00',
    properties: { MessageGroupId: 'tenant-7', constructor: 1 },
    deliveryInfo: { routingKey: 'jobs.fifo' },
  });
  expect(() => expand({ ...taskOf('lab.add'), options: { eta: {} } }, {}, recordingSender())).toThrow(CanvasError);
});
