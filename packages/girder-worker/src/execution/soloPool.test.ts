import { once } from 'node:events';
import { expect, test } from 'vitest';
import { app } from '../app.ts';
import { encode } from '../message/encode.ts';
import type { Outcome } from '../outcome/outcome.ts';
import type { Registry } from '../registry/registry.ts';
import type { Task } from '../task/task.ts';
import type { RunLimits, UpdateStatePayload } from './pool.ts';
import { createSoloPool } from './soloPool.ts';

const untilStopped = (signal: AbortSignal) =>
  new Promise<string>((resolve) => {
    if (signal.aborted) resolve('stopped');
    else signal.addEventListener('abort', () => resolve('stopped'), { once: true });
  });

const tasks = {
  add: app.task({ name: 'solo.add' }, async (x: number, y: number) => x + y),
  progresses: app.task({ name: 'solo.progresses' }, async function (this: Task) {
    await this.updateState({ state: 'PROGRESS', meta: 1 });
    this.log.info('half');
  }),
  waits: app.task({ name: 'solo.waits' }, async function (this: Task) {
    return untilStopped(this.signal);
  }),
  rejects: app.task({ name: 'solo.rejects' }, async () => {
    void Promise.reject(new TypeError('not awaited'));
    await new Promise<never>(() => undefined);
  }),
  throwsLater: app.task({ name: 'solo.throwsLater' }, async () => {
    setImmediate(() => {
      throw new TypeError('in a callback');
    });
    await new Promise<never>(() => undefined);
  }),
  leavesBehind: app.task({ name: 'solo.leavesBehind' }, async () => {
    setTimeout(() => Promise.reject(new TypeError('too late')), 10);
    return 'done';
  }),
  never: app.task({ name: 'solo.never' }, () => new Promise<never>(() => undefined)),
};
const registry: Registry = {
  settings: {},
  tasks: Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => [
      `solo.${name}`,
      { plugin: 'p@1', options: {}, parameters: { positional: [], rest: 'args' }, load: () => task },
    ]),
  ),
};

function run(task: string, args: unknown[] = [], limits: RunLimits = {}) {
  const received: string[] = [];
  const { ended, ...controls } = createSoloPool(registry).run(
    encode({ task: `solo.${task}`, id: 'x', args }),
    {
      onLog: (level, text) => received.push(`${level}: ${text}`),
      async onRequest({ payload }) {
        const { state, metaJson } = payload as UpdateStatePayload;
        received.push(`${state} ${metaJson}`);
      },
    },
    () => limits,
  );
  return { ...controls, received, outcome: ended.then(({ outcome }) => outcome) };
}

const failed: Outcome = { state: 'RETURNED', why: 'too late' };

test('a solo task ends with its return value', async () => {
  expect(await run('add', [1, 2]).outcome).toEqual({ state: 'SUCCESS', resultJson: '3' });
});

test('a solo task logs and stores states as a task on a thread does', async () => {
  const { outcome, received } = run('progresses');
  await outcome;
  expect(received).toEqual(['PROGRESS 1', 'info: half']);
});

test('the signal of a solo task is aborted by a revocation and by its soft limit', async () => {
  const { outcome, cancel } = run('waits');
  cancel();
  expect(await outcome).toEqual({ state: 'REVOKED', reason: 'revoked' });
  expect(await run('waits', [], { softMs: 5 }).outcome).toEqual({ state: 'SUCCESS', resultJson: '"stopped"' });
});

test('a solo task that runs on after its hard limit or a termination still has that outcome', async () => {
  expect(await run('never', [], { hard: { ms: 5, outcome: () => failed } }).outcome).toEqual(failed);
  const { outcome, terminate } = run('never');
  terminate({ state: 'REVOKED', reason: 'terminated' });
  expect(await outcome).toEqual({ state: 'REVOKED', reason: 'terminated' });
});

test.each([
  ['rejects', 'not awaited'],
  ['throwsLater', 'in a callback'],
])('an error that a solo task does not catch fails that task, and not the process: %s', async (task, text) => {
  const [failing, waiting] = [run(task), run('waits')];
  expect(await failing.outcome).toMatchObject({
    state: 'FAILURE',
    failure: { type: 'TypeError', argsJson: `["${text}"]`, traceback: expect.stringContaining('Traceback') },
  });
  waiting.cancel();
  expect(await waiting.outcome).toEqual({ state: 'REVOKED', reason: 'revoked' });
});

test('such an error of a solo task that has ended changes no outcome, and is reported', async () => {
  const warned = once(process, 'warning');
  expect(await run('leavesBehind').outcome).toEqual({ state: 'SUCCESS', resultJson: '"done"' });
  const [warning] = (await warned) as [Error];
  expect(warning.message).toContain('Uncaught error from task solo.leavesBehind[x] after it had finished');
});
