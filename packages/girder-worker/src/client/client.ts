import { randomUUID } from 'node:crypto';
import { encode } from '../message/encode.ts';
import type { ResultStore } from '../store/resultStore.ts';
import type { TaskClient } from '../task/client.ts';
import { lazyTransport } from '../transport/lazy.ts';
import type { Transport } from '../transport/transport.ts';
import { createAsyncResult } from './asyncResult.ts';

/** How a client reaches the queue and the results; connected when first needed. */
export interface Connection {
  readonly transport: Transport;
  store(): Promise<ResultStore>;
}

/** A client of the broker and backend that the environment names. Importing it loads no AWS SDK, and sending no store. */
export function createTaskClient(env: NodeJS.ProcessEnv): TaskClient {
  let store: Promise<ResultStore> | undefined;
  return createClient({
    transport: lazyTransport(async () => (await import('../transport/sqs.ts')).connectTransport(env)),
    store() {
      store ??= import('../store/dynamodbClient.ts').then(({ connectStore }) => connectStore(env));
      return store;
    },
  });
}

export function createClient({ transport, store }: Connection): TaskClient {
  const revoke = async (id: string) => {
    await (await store()).revoke(id, 'revoked');
  };
  const result = (id: string) => createAsyncResult(id, { store, revoke });

  return {
    async send(task, args, kwargs, { queue = 'celery', taskId = randomUUID(), ...options }) {
      const { priority = 0, ignoreResult = false, shadow = null, headers = {} } = options;
      const body = encode({
        task,
        id: taskId,
        args,
        kwargs,
        priority,
        ignoreResult,
        shadow,
        headers,
        deliveryInfo: { exchange: '', routingKey: queue },
      });
      await transport.publish(body, { queue });
      return result(taskId);
    },
    result,
    control: {
      async revoke(ids) {
        await Promise.all([ids].flat().map(revoke));
      },
    },
  };
}
