import { expect, test } from 'vitest';
import type { Log } from '../events/log.ts';
import type { Message } from '../message/message.ts';
import type { Revocation } from '../store/resultStore.ts';
import { stampRevocationKeysOf } from '../store/stampKeys.ts';
import { createVirtualSystem } from '../system/virtualSystem.ts';
import { createRevocationPoller } from './revocationPoller.ts';
import type { RevocationSource } from './revocationSource.ts';
import { createTableRevocations } from './tableRevocations.ts';

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
const ignored = () => undefined;
const messageOf = (id: string, stamps = {}) => ({ id, stamps }) as Message;

type Found = ReadonlyMap<string, Revocation>;

/** A source whose answers the test gives. */
function sourceUnderTest(name = 'the test') {
  const answers: ((found: Found) => void)[] = [];
  const source: RevocationSource = {
    name,
    findBeforeRun: async () => undefined,
    findWhileRunning: () => new Promise<Found>((resolve) => answers.push(resolve)),
  };
  return { source, answers };
}

function pollerOf(sources: readonly RevocationSource[], log = silent) {
  const system = createVirtualSystem();
  return { system, ...createRevocationPoller({ sources, log, system, periodMs: 100 }) };
}

test('a poll that is under way can be awaited', async () => {
  const { source, answers } = sourceUnderTest();
  const { system, watch, idle } = pollerOf([source]);
  await idle();
  const unwatch = watch(messageOf('task'), ignored);
  await system.advance(100);
  expect(answers).toHaveLength(1);
  unwatch();
  let isIdle = false;
  const awaited = idle().then(() => {
    isIdle = true;
  });
  await system.advance(0);
  expect(isIdle).toBe(false);
  answers[0]!(new Map());
  await awaited;
});

test('a poll that is never answered does not prevent the next one', async () => {
  const { source, answers } = sourceUnderTest();
  const warnings: string[] = [];
  const { system, watch, idle } = pollerOf([source], { ...silent, warn: (text) => void warnings.push(text) });
  const seen: Revocation[] = [];
  watch(messageOf('task'), (revocation) => void seen.push(revocation));
  await system.advance(100);
  const lost = idle();
  await system.advance(1100);
  await lost;
  expect(warnings).toEqual([expect.stringContaining('No answer within 1000 ms')]);
  answers[1]!(new Map([['task', 'revoked']]));
  await system.advance(0);
  expect(seen).toEqual(['revoked']);
});

test('tasks that come and go during a poll do not cause additional polls', async () => {
  const { source, answers } = sourceUnderTest();
  const { system, watch } = pollerOf([source]);
  const unwatch = watch(messageOf('first'), ignored);
  await system.advance(100);
  unwatch();
  watch(messageOf('second'), ignored);
  answers[0]?.(new Map());
  await system.advance(100);
  expect(answers).toHaveLength(2);
  answers[1]?.(new Map());
  await system.advance(100);
  expect(answers).toHaveLength(3);
});

test('a revocation in any of several sources is found, also while another source fails', async () => {
  const { source, answers } = sourceUnderTest();
  const failing: RevocationSource = {
    name: 'a job server',
    findBeforeRun: async () => undefined,
    findWhileRunning: () => Promise.reject(new Error('503')),
  };
  const warnings: string[] = [];
  const log = { ...silent, warn: (text: string) => void warnings.push(text) };
  const { system, watch } = pollerOf([failing, source], log);
  const seen: Revocation[] = [];
  watch(messageOf('task'), (revocation) => void seen.push(revocation));
  await system.advance(100);
  answers[0]?.(new Map([['task', 'terminated']]));
  await system.advance(0);
  expect(seen).toEqual(['terminated']);
  expect(warnings).toEqual(['Cannot read revocations from a job server: 503. Retrying...']);
});

test('a source that fails at every poll is logged once a minute, not four times a second, and when it answers again', async () => {
  let isDown = true;
  const source: RevocationSource = {
    name: 'the table',
    findBeforeRun: async () => undefined,
    findWhileRunning: async () => {
      if (isDown) throw new Error('503');
      return new Map();
    },
  };
  const warnings: string[] = [];
  const { system, watch } = pollerOf([source], { ...silent, warn: (text) => void warnings.push(text) });
  watch(messageOf('task'), ignored);
  await system.advance(90_000);
  expect(warnings).toHaveLength(2);
  isDown = false;
  await system.advance(10_000);
  expect(warnings).toEqual([
    'Cannot read revocations from the table: 503. Retrying...',
    expect.stringMatching(/^Cannot read revocations from the table since 60 s and \d{3} failed attempts: 503$/),
    expect.stringMatching(/^Revocations are read from the table again, after 90 s and \d{3} failed attempts\.$/),
  ]);
});

test('a task that is about to run is not run if any source says that it is revoked', async () => {
  const { source } = sourceUnderTest();
  const cancelled: RevocationSource = { ...source, findBeforeRun: async () => 'revoked' };
  expect(await pollerOf([source, cancelled]).findBeforeRun(messageOf('task'))).toBe('revoked');
  expect(await pollerOf([source]).findBeforeRun(messageOf('task'))).toBeUndefined();
});

test('the table is read once for all running tasks, by their ids and the keys of their stamps', async () => {
  const reads: (readonly string[])[] = [];
  const stampReads: (readonly string[])[] = [];
  const table = createTableRevocations({
    async findRevocations(ids) {
      reads.push(ids);
      return new Map();
    },
    async findStampRevocations(keys) {
      stampReads.push(keys);
      return new Map(keys.map((key) => [key, 'revoked']));
    },
  });
  const found = await table.findWhileRunning([messageOf('plain'), messageOf('stamped', { trace: 't-1' })]);
  expect([...found]).toEqual([['stamped', 'revoked']]);
  expect(reads).toHaveLength(1);
  expect(reads[0]).toEqual(['plain', 'stamped']);
  expect(stampReads).toEqual([stampRevocationKeysOf({ trace: 't-1' })]);
  expect(await table.findBeforeRun(messageOf('plain'))).toBeUndefined();
  expect(reads).toHaveLength(1); // The answer of the claim says whether a task without stamps is revoked.
  expect(await table.findBeforeRun(messageOf('stamped', { trace: 't-1' }))).toBe('revoked');
});
