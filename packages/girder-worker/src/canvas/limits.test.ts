import { expect, test } from 'vitest';
import { encode, type OutgoingMessage } from '../message/encode.ts';
import { maxStampValues } from '../message/limits.ts';
import { runSteps } from '../system/steps.ts';
import { PublishedSize } from './apply/publishedSize.ts';
import { builtinRun } from './continuations/builtinTasks.ts';
import { failInSteps } from './continuations/continuations.ts';
import { ExpansionSize } from './signatures/expansionSize.ts';
import {
  maxFollowingBytes,
  maxFollowingMessages,
  maxFollowingSignatures,
  maxMapCalls,
  maxMessageBytes,
} from './signatures/limits.ts';
import { chainOf, chordOf, groupOf, taskOf, type WireSignature } from './signatures/signature.ts';

function sizeOf(signature: WireSignature): void {
  runSteps(new ExpansionSize().add(signature));
}

function publishes(...messages: readonly OutgoingMessage[]): void {
  runSteps(new PublishedSize().add(messages));
}

test('the signatures and links of one expansion are counted up to their limit, and not beyond', () => {
  const linked = (links: number) => ({ ...taskOf('p.x'), options: { link: Array.from({ length: links }) } });
  expect(() => sizeOf(linked(maxFollowingSignatures - 1))).not.toThrow();
  expect(() => sizeOf(linked(maxFollowingSignatures))).toThrow('more than the limit of 500000 signatures');
});

test('links that a group gives to its members count for each of them', () => {
  const errbacks = Array.from({ length: 999 }, (_, i) => taskOf(`p.e${i}`));
  const group = (members: number) => ({
    ...groupOf(Array.from({ length: members }, () => taskOf('p.x'))),
    options: { link_error: errbacks },
  });
  expect(() => sizeOf(group(490))).not.toThrow();
  expect(() => sizeOf(group(510))).toThrow('500000 signatures');
});

test('the messages that are published now count, and those that later steps publish do not', () => {
  const tasks = Array.from({ length: maxFollowingMessages }, () => taskOf('p.x'));
  expect(() => sizeOf(groupOf(tasks))).not.toThrow();
  expect(() => sizeOf(chordOf(tasks, taskOf('p.body')))).not.toThrow();
  expect(() => sizeOf(chainOf([taskOf('p.first'), groupOf(tasks), ...tasks]))).not.toThrow();
  expect(() => sizeOf(groupOf([...tasks, taskOf('p.more')]))).toThrow('25000 messages');
  expect(() => sizeOf(groupOf([chainOf([groupOf(tasks), taskOf('p.body')]), taskOf('p.more')]))).toThrow(
    '25000 messages',
  );
});

test('the steps of a failed chain whose failure must be stored are counted up to the limit of messages, and not beyond', () => {
  const failure = { type: 'ValueError', module: 'builtins', argsJson: '[]', traceback: null };
  const fail = (steps: number) => {
    const tasks = Array.from({ length: steps }, (_, i) => ({ ...taskOf('p.x'), options: { task_id: `t${i}` } }));
    return runSteps(failInSteps(tasks, failure, new ExpansionSize()));
  };
  expect(fail(maxFollowingMessages).failedSteps).toHaveLength(maxFollowingMessages);
  expect(() => fail(maxFollowingMessages + 1)).toThrow('25000 messages');
});

test('the bytes of all messages together are counted up to their limit, and not beyond', () => {
  const message = { task: 'p.x', id: 'id', args: ['x'.repeat(400_000)] };
  const size = new PublishedSize();
  runSteps(size.add([message]));
  const most = Math.floor(maxFollowingBytes / size.bytes);
  expect(() => publishes(...Array.from({ length: most }, () => message))).not.toThrow();
  expect(() => publishes(...Array.from({ length: most + 1 }, () => message))).toThrow('134217728 bytes');
});

test('a message of 1 MiB is sent, and one that is larger by the least step of base64 is not', () => {
  const message = (length: number) => ({ task: 'p.x', id: 'id', args: ['x'.repeat(length)] });
  // The longest argument that fits, by bisection.
  let [length, tooLong] = [400_000, 800_000];
  while (tooLong - length > 1) {
    const middle = Math.floor((length + tooLong) / 2);
    if (encode(message(middle)).length <= maxMessageBytes) length = middle;
    else tooLong = middle;
  }
  expect(encode(message(length)).length).toBeGreaterThan(maxMessageBytes - 16);
  expect(() => publishes(message(length))).not.toThrow();
  expect(() => publishes(message(length + 1))).toThrow('more than the limit of 1048576 bytes');
});

test(`a message of a continuation has at most ${maxStampValues} values of stamps`, () => {
  const stamped = (values: number) => ({
    ...{ task: 'p.x', id: 'id' },
    stamps: { trace: Array.from({ length: values - 1 }, (_, i) => i), one: 'more' },
  });
  expect(() => publishes(stamped(maxStampValues))).not.toThrow();
  expect(() => publishes(stamped(maxStampValues + 1))).toThrow('100 values');
});

test.each(['celery.map', 'celery.starmap'])('%s makes calls up to their limit, and not beyond', (task) => {
  const run = (calls: number) => {
    const kwargs = { task: { ...taskOf('p.x') } as never, it: Array.from({ length: calls }, () => []) };
    return builtinRun(task, { args: [], kwargs });
  };
  expect(run(maxMapCalls)?.kind).toBe('calls');
  expect(run(maxMapCalls + 1)).toMatchObject({
    kind: 'fails',
    failure: { argsJson: expect.stringContaining('more than the limit of 100000 calls') },
  });
});

test('a value that contains itself, or that grows without end by shared parts, is refused', () => {
  const cycle: unknown[] = [];
  cycle.push(cycle);
  const doubled = Array.from({ length: 100 }).reduce<unknown>((part) => [part, part], 'x');
  expect(() => publishes({ task: 'p.x', id: 'id', args: [cycle] })).toThrow();
  expect(() => publishes({ task: 'p.x', id: 'id', args: [doubled] })).toThrow('more than the limit of');
});
