import type { SQSEvent } from 'aws-lambda';
import { expect, test } from 'vitest';
import { app } from '../../packages/girder-worker/src/app.ts';
import { createDispatcher } from '../../packages/girder-worker/src/dispatch/dispatcher.ts';
import { runtimeWithoutReceiver } from '../../packages/girder-worker/src/execution/fixtures/runtime.ts';
import type { Pool } from '../../packages/girder-worker/src/execution/pool.ts';
import { runTask } from '../../packages/girder-worker/src/execution/runTask.ts';
import { decode } from '../../packages/girder-worker/src/message/decode.ts';
import { encode } from '../../packages/girder-worker/src/message/encode.ts';
import { lookUp, type Registry } from '../../packages/girder-worker/src/registry/registry.ts';
import { createMemoryStore } from '../../packages/girder-worker/src/store/memory/memoryStore.ts';
import { seededRandom } from '../../packages/girder-worker/src/system/seededRandom.ts';
import { createRecordedTransport } from '../../packages/girder-worker/src/transport/fixtures/recordedTransport.ts';
import { mutatedMessage } from './mutate.ts';

const batches = 2250;
const mutatedPerBatch = 9;
const queueArn = 'arn:aws:sqs:us-east-1:000000000000:celery';

/** The implementation of all recorded tasks: it returns its arguments. */
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

/** Runs the tasks in this thread, because 20,000 tasks take too long on worker threads. */
const pool: Pick<Pool, 'run'> = {
  run(body) {
    const ended = decode(body).then((message) => {
      const entry = lookUp(registry, message.task);
      if (!entry)
        return { outcome: { state: 'SUCCESS', resultJson: '"a built-in task"' } as const, childrenJson: '[]' };
      return runTask(entry, message, runtimeWithoutReceiver());
    });
    return { ended, cancel: () => undefined, terminate: () => undefined };
  },
};

test(`of ${batches * mutatedPerBatch} mutated messages, each ends in a result, in the dead-letter queue or as a failed item, and the valid message of its batch succeeds`, async () => {
  const store = createMemoryStore();
  const transport = createRecordedTransport();
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
  const random = seededRandom(20261123);
  const counts = { result: 0, deadLetter: 0, resent: 0, returned: 0 };

  for (let batch = 0; batch < batches; batch++) {
    const good = `good-${batch}`;
    const bodies = Array.from({ length: mutatedPerBatch }, () => mutatedMessage(random));
    bodies.splice(batch % (mutatedPerBatch + 1), 0, encode({ task: 'labtasks.good', id: good, args: [batch] }));
    transport.deadLetters.length = transport.resent.length = transport.published.length = 0;

    const response = await dispatch(eventOf(bodies), { requestId: `batch-${batch}`, deadlineMs: Date.now() + 60_000 });

    const returned = new Set(response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    expect(await store.read(good)).toMatchObject({ state: 'SUCCESS', result: [batch] });
    const deadLettered = new Set(
      transport.deadLetters.map(({ body, code, reason }) => (code && reason ? body : 'without a reason')),
    );
    const resent = new Set(transport.resent.map(({ body }) => body));
    for (const [index, body] of bodies.entries()) {
      if (returned.has(String(index))) counts.returned++;
      else if (deadLettered.has(body)) counts.deadLetter++;
      else if (resent.has(body)) counts.resent++;
      else {
        const { id } = await decode(body);
        expect(await store.read(id), `no result, dead letter or failed item for ${body}`).toBeDefined();
        counts.result++;
      }
    }
  }
  // The mutations must neither all be rejected nor all be accepted.
  expect(counts.result).toBeGreaterThan(batches * 2);
  expect(counts.deadLetter).toBeGreaterThan(batches);
  expect(counts.returned).toBeLessThan(batches / 10);
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
