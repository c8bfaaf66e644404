import type { SQSEvent } from 'aws-lambda';
import { expect, test } from 'vitest';
import { app } from '../../packages/girder-worker/src/app.ts';
import { createDispatcher } from '../../packages/girder-worker/src/dispatch/dispatcher.ts';
import type { Pool } from '../../packages/girder-worker/src/execution/pool.ts';
import { runTask } from '../../packages/girder-worker/src/execution/runTask.ts';
import { decode } from '../../packages/girder-worker/src/message/decode.ts';
import { encode } from '../../packages/girder-worker/src/message/encode.ts';
import { lookUp, type Registry } from '../../packages/girder-worker/src/registry/registry.ts';
import { createMemoryStore } from '../../packages/girder-worker/src/store/memory/memoryStore.ts';
import { createMemoryTransport } from '../../packages/girder-worker/src/transport/memoryTransport.ts';
import { seeded, spoiled } from './spoil.ts';

const batches = 2250;
const spoiltPerBatch = 9;
const queueArn = 'arn:aws:sqs:us-east-1:000000000000:celery';

/** The recorded tasks, all of which give back what they are given. */
const echo = app.task({ name: 'fuzz.echo' }, (...args: unknown[]) => args);
const names = ['add', 'echo', 'raises', 'xsum', 'retry_', 'onerr', 'onerr_old', 'chain_', 'slow', 'good'];
const registry: Registry = {
  settings: {},
  tasks: Object.fromEntries(
    names.map((name) => [
      `labtasks.${name}`,
      { plugin: 'lab@1', options: {}, parameters: { positional: [], rest: 'args' }, load: () => echo },
    ]),
  ),
};

/** Runs tasks in this thread, as 20,000 of them are too many for others. */
const pool: Pick<Pool, 'run'> = {
  run(body) {
    const ended = decode(body).then((message) => {
      const entry = lookUp(registry, message.task);
      if (!entry)
        return { outcome: { state: 'SUCCESS', resultJson: '"a built-in task"' } as const, childrenJson: '[]' };
      return runTask(entry, message, {
        isCanceled: () => false,
        signal: () => new AbortController().signal,
        log: () => undefined,
        updateState: async () => undefined,
        sawRevocation: false,
        stopError: undefined,
      });
    });
    return { ended, cancel: () => undefined, terminate: () => undefined };
  },
};

test(`of ${batches * spoiltPerBatch} spoilt messages, each ends in a result, a dead letter or a return, and none costs its batch a mate`, async () => {
  const store = createMemoryStore();
  const transport = createMemoryTransport();
  const silent = () => undefined;
  const dispatch = createDispatcher({
    registry,
    pool,
    solo: pool,
    store,
    transport,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    worker: { pid: 1, hostname: 'fuzz' },
  });
  const random = seeded(20261123);
  const fates = { result: 0, deadLetter: 0, sentAgain: 0, returned: 0 };

  for (let batch = 0; batch < batches; batch++) {
    const good = `good-${batch}`;
    const bodies = Array.from({ length: spoiltPerBatch }, () => spoiled(random));
    bodies.splice(batch % (spoiltPerBatch + 1), 0, encode({ task: 'labtasks.good', id: good, args: [batch] }));
    transport.deadLetters.length = transport.sentAgain.length = transport.published.length = 0;

    const response = await dispatch(eventOf(bodies), { requestId: `batch-${batch}`, deadlineMs: Date.now() + 60_000 });

    const returned = new Set(response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    expect(await store.read(good)).toMatchObject({ state: 'SUCCESS', result: [batch] });
    const buried = new Set(
      transport.deadLetters.map(({ body, code, reason }) => (code && reason ? body : 'without a reason')),
    );
    const sentAgain = new Set(transport.sentAgain.map(({ body }) => body));
    for (const [index, body] of bodies.entries()) {
      if (returned.has(String(index))) fates.returned++;
      else if (buried.has(body)) fates.deadLetter++;
      else if (sentAgain.has(body)) fates.sentAgain++;
      else {
        const { id } = await decode(body);
        expect(await store.read(id), `neither result nor dead letter nor return: ${body}`).toBeDefined();
        fates.result++;
      }
    }
  }
  // Spoiling that is always noticed at once, or never, would prove little.
  expect(fates.result).toBeGreaterThan(batches * 2);
  expect(fates.deadLetter).toBeGreaterThan(batches);
  expect(fates.returned).toBeLessThan(batches / 10);
}, 120_000);

function eventOf(bodies: readonly string[]): SQSEvent {
  const records = bodies.map((body, index) => ({
    messageId: String(index),
    receiptHandle: 'r',
    body,
    attributes: { ApproximateReceiveCount: '1' },
    eventSourceARN: queueArn,
  }));
  return { Records: records } as unknown as SQSEvent;
}
