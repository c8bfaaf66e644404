import { describe, expect, test } from 'vitest';
import type { Message } from '../message/message.ts';
import { createVirtualSystem } from '../system/virtualSystem.ts';
import type { Log } from './log.ts';
import { createTaskEventEmitter } from './taskEventEmitter.ts';
import type { RunInfo, TaskEvents } from './taskEvents.ts';

const run: RunInfo = {
  message: { task: 'p.task', id: 'id' } as Message,
  entry: undefined,
  delivery: { queueArn: 'arn:aws:sqs:us-east-1:0:celery', receiveCount: 1, sizeBytes: 0 },
  logFields: { task: 'p.task', id: 'id', retries: 0, queue: 'celery', requestId: 'r', worker: 'w' },
};
const success = { state: 'SUCCESS', resultJson: '3' } as const;

function emitterOf(...listeners: TaskEvents[]) {
  const errors: string[] = [];
  const log: Log = { debug() {}, info() {}, warn() {}, error: (text) => void errors.push(text) };
  const system = createVirtualSystem();
  return { errors, system, ...createTaskEventEmitter({ listeners, log, system }) };
}

describe('a task event listener', () => {
  test('gets the events that it handles, each with the run that it is about', () => {
    const events: unknown[] = [];
    const { emit } = emitterOf({
      received: (...args) => void events.push(args),
      ended: (...args) => void events.push(args),
    });
    emit('received', run);
    emit('started', run);
    emit('ended', run, success, 73);
    expect(events).toEqual([[run], [run, success, 73]]);
  });

  test('that is synchronous is called at once, and costs no waiting at the end', async () => {
    const events: string[] = [];
    const { emit, handled } = emitterOf({ started: () => void events.push('started') });
    emit('started', run);
    expect(events).toEqual(['started']);
    await handled(run, 0);
  });

  test('that returns something else than a promise is not awaited', async () => {
    const { emit, handled, errors } = emitterOf({ started: () => true as unknown as undefined });
    emit('started', run);
    await handled(run, 0);
    expect(errors).toEqual([]);
  });

  test('that is asynchronous handles the events of a run one after the other, in their order', async () => {
    const order: string[] = [];
    const slow = Promise.withResolvers<void>();
    const { emit, handled } = emitterOf({
      async started() {
        await slow.promise;
        order.push('started');
      },
      log: (_, level, text) => void order.push(`${level} ${text}`),
      ended: () => void order.push('ended'),
    });
    emit('started', run);
    emit('log', run, 'info', 'half');
    emit('ended', run, success, 1);
    expect(order).toEqual([]);
    slow.resolve();
    await handled(run, 1000);
    expect(order).toEqual(['started', 'info half', 'ended']);
  });

  test('that throws or rejects is logged, and neither fails the task nor keeps the event from others', async () => {
    const events: string[] = [];
    const { emit, handled, errors } = emitterOf(
      {
        started() {
          throw new Error('out of order');
        },
      },
      { started: () => Promise.reject(new Error('no network')), ended: () => void events.push('ended') },
      { started: () => void events.push('started') },
    );
    emit('started', run);
    emit('ended', run, success, 1);
    await handled(run, 1000);
    expect(events).toEqual(['started', 'ended']);
    expect(errors).toEqual([
      expect.stringMatching(/listener failed on "started" of p\.task\[id\]: Error: out of order/),
      expect.stringMatching(/listener failed on "started" of p\.task\[id\]: Error: no network/),
    ]);
  });

  test('that never answers holds up the end of a run for no longer than the limit', async () => {
    const { emit, handled, errors, system } = emitterOf({ started: () => new Promise(() => undefined) });
    emit('started', run);
    const ended = handled(run, 5000);
    await system.advance(5000);
    await ended;
    expect(errors).toEqual([expect.stringContaining('did not handle all events within 5000 ms')]);
  });

  test('that is slow for one run does not delay the events of another', async () => {
    const seen: string[] = [];
    const other: RunInfo = { ...run, message: { ...run.message, id: 'other' } };
    const { emit } = emitterOf({
      started: ({ message }) => (message.id === 'id' ? new Promise(() => undefined) : void seen.push(message.id)),
    });
    emit('started', run);
    emit('started', other);
    expect(seen).toEqual(['other']);
  });
});
