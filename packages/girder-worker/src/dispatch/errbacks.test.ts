import { describe, expect, test } from 'vitest';
import { app } from '../app.ts';
import { taskOf } from '../canvas/signatures/signature.ts';
import { TaskError } from '../task/errors.ts';
import type { Task } from '../task/task.ts';
import { createVirtualStack, type VirtualTask } from './fixtures/virtualStack.ts';

const request = ['request', 'exc', 'traceback'];
const never = () => new Promise<never>(() => undefined);
const boom = () => {
  throw Object.assign(new Error('boom'), { name: 'ValueError' });
};

/** A stack whose task `p.fails` fails, with an errback of the new style that a worker calls in place. */
function stackWith(errback: VirtualTask) {
  const stack = createVirtualStack({
    tasks: {
      'p.fails': { load: () => app.task({ name: 'p.fails' }, boom) },
      'p.errback': { parameters: request, ...errback },
    },
  });
  const signature = { task: 'p.errback', args: [], kwargs: {}, options: {}, subtask_type: null, immutable: false };
  const sendFailing = () => stack.send({ task: 'p.fails', id: 'failed', embed: { errbacks: [signature] } });
  return { ...stack, sendFailing };
}

describe('an errback of the new style', () => {
  test('that never ends fails at the deadline of the invocation, and the message is acknowledged', async () => {
    const { sendFailing, invokeWithin, store, transport, lines } = stackWith({
      load: () => app.task({ name: 'p.errback' }, never),
    });
    await sendFailing();
    await invokeWithin(60_000);
    expect((await store.read('failed'))?.state).toBe('FAILURE');
    expect(transport.messages('celery')).toEqual([]);
    expect(lines.join('\n')).toMatch(/Errback p\.errback raised an exception: TimeLimitExceeded/);
  });

  test('is terminated at its own time limit', async () => {
    const { sendFailing, invokeWithin, lines } = stackWith({
      load: () => app.task({ name: 'p.errback' }, never),
      options: { timeLimit: 2 },
    });
    await sendFailing();
    await invokeWithin(3000);
    expect(lines.join('\n')).toMatch(/Errback p\.errback raised an exception: TimeLimitExceeded/);
  });

  test('sees this.canceled when it is revoked by its id', async () => {
    let id = '';
    const seen: boolean[] = [];
    const { sendFailing, invokeWithin, store, system } = stackWith({
      load: () =>
        app.task({ name: 'p.errback' }, async function (this: Task) {
          id = this.request.id;
          while (!this.canceled) await system.sleep(100);
          seen.push(this.canceled);
        }),
    });
    await sendFailing();
    const invocation = invokeWithin(5000);
    system.startTimer(() => void store.revoke(id, 'revoked'), 500);
    await invocation;
    expect(seen).toEqual([true]);
  });

  test('is called once, although the failed task’s message is delivered again', async () => {
    const calls: unknown[] = [];
    const { sendFailing, invokeWithin } = stackWith({
      load: () => app.task({ name: 'p.errback' }, (...args: unknown[]) => void calls.push(args)),
    });
    await sendFailing();
    await invokeWithin(1000);
    await sendFailing();
    await invokeWithin(1000);
    expect(calls).toHaveLength(1);
    expect(calls[0]).toEqual([
      expect.objectContaining({ id: 'failed', task: 'p.fails' }),
      expect.objectContaining({ name: 'ValueError', message: 'boom', module: 'builtins', args: ['boom'] }),
      expect.stringContaining('ValueError: boom'),
    ]);
  });

  test('receives the exception as a TaskError, which its request has, too', async () => {
    const seen: unknown[] = [];
    const { sendFailing, invokeWithin } = stackWith({
      load: () =>
        app.task({ name: 'p.errback' }, function (this: Task, _request: unknown, exc: Error) {
          seen.push(exc instanceof TaskError, String(exc), this.request.args[1] === exc);
        }),
    });
    await sendFailing();
    await invokeWithin(1000);
    expect(seen).toEqual([true, 'ValueError: boom', true]);
  });

  test('of a chord receives the ChordError of its body as a TaskError', async () => {
    const seen: Error[] = [];
    const { send, invokeWithin, store } = stackWith({
      load: () => app.task({ name: 'p.errback' }, (_request: unknown, exc: Error) => void seen.push(exc)),
    });
    const body = { ...taskOf('p.body', []), options: { task_id: 'body', link_error: [taskOf('p.errback', [])] } };
    await store.startChord('g', [['g', null], [[['failed', null], null]]]);
    await send({ task: 'p.fails', id: 'failed', group: 'g', groupIndex: 0, embed: { chord: body } });
    await invokeWithin(1000);
    expect(seen.map(String)).toEqual(["ChordError: ValueError('boom')"]);
    expect(seen[0]).toBeInstanceOf(TaskError);
    expect(seen[0]).toMatchObject({ module: 'celery.exceptions', args: ["ValueError('boom')"] });
  });

  test('that is immutable receives its own arguments alone, whatever they are', async () => {
    const calls: unknown[] = [];
    const { send, invokeWithin } = stackWith({
      load: () => app.task({ name: 'p.errback' }, (...args: unknown[]) => void calls.push(args)),
    });
    const own = [1, { type: 'ValueError', module: 'builtins', args: [] }, 2];
    const errback = { ...taskOf('p.errback', own), immutable: true };
    await send({ task: 'p.fails', id: 'failed', embed: { errbacks: [errback] } });
    await invokeWithin(1000);
    expect(calls).toEqual([own]);
  });

  test('is called for each of two errbacks of one task name', async () => {
    const calls: unknown[] = [];
    const { send, invokeWithin } = stackWith({
      parameters: [...request, 'own'],
      load: () => app.task({ name: 'p.errback' }, (...args: unknown[]) => void calls.push(args.at(-1))),
    });
    const errbackOf = (own: string) => ({
      ...{ task: 'p.errback', args: [own], kwargs: {}, options: {}, subtask_type: null, immutable: false },
    });
    await send({ task: 'p.fails', id: 'failed', embed: { errbacks: [errbackOf('first'), errbackOf('second')] } });
    await invokeWithin(1000);
    expect(calls).toEqual(['first', 'second']);
  });

  test('with pool solo runs in the solo pool, as every task does', async () => {
    const { sendFailing, lines, invokeWithin } = createSoloErrback();
    await sendFailing();
    await invokeWithin(1000);
    expect(lines).toContainEqual('p.errback (errback of failed): from the solo pool');
  });
});

function createSoloErrback() {
  return stackWith({
    options: { pool: 'solo' },
    load: () =>
      app.task({ name: 'p.errback', pool: 'solo' }, function (this: Task) {
        this.log.info('from the solo pool');
      }),
  });
}
