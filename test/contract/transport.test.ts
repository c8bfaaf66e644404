import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll } from 'vitest';
import { loadConnections } from '../../packages/girder-worker/src/connections/connections.ts';
import { nodeSystem } from '../../packages/girder-worker/src/system/nodeSystem.ts';
import { createVirtualSystem } from '../../packages/girder-worker/src/system/virtualSystem.ts';
import { createMemoryTransport } from '../../packages/girder-worker/src/transport/memoryTransport.ts';
import { connectTransport } from '../../packages/girder-worker/src/transport/sqs/sqsTransport.ts';
import { type Emulators, startEmulators } from '../../packages/girder-worker-dev/src/local/emulators/emulators.ts';
import { createQueue, localSqsClient } from '../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { isolatedVariables, stackVariables } from '../../packages/girder-worker-dev/src/local/emulators/variables.ts';
import { sqsRecord } from '../../packages/girder-worker-dev/src/local/lambda/sqsEvent.ts';
import { describeTransport, maxReceiveCount, missingQueue } from './transport.ts';

const visibilityTimeoutSeconds = 60;

describeTransport('queues in memory', async (names) => {
  const system = createVirtualSystem();
  const queues = Object.fromEntries(names.map((name) => [name, { maxReceiveCount }]));
  const missing = { [missingQueue]: { refusal: `There is no queue "${missingQueue}".` } };
  const transport = createMemoryTransport({ system, queues: { ...queues, ...missing } });
  return {
    transport,
    receive: async (queue) => transport.receive(queue, { visibilityTimeoutSeconds }),
    pass: (ms) => system.advance(ms),
  };
});

let emulators: Emulators | undefined;
afterAll(() => emulators?.stop());

describeTransport('queues of SQS (fauxqs)', async (names) => {
  emulators = await startEmulators();
  const client = localSqsClient(emulators.sqsEndpoint);
  const urls = new Map<string, string>();
  for (const name of names) {
    const queue = await createQueue(client, { name, visibilityTimeoutSeconds, maxReceiveCount });
    urls.set(name, queue.url).set(name.replace(/(\.fifo)?$/, '-dead-letters$1'), queue.deadLetterUrl);
  }
  return {
    transport: connectTransport(loadConnections(isolatedVariables({}, stackVariables(emulators, 'celery'))).broker),
    async receive(queue) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: urls.get(queue),
          MaxNumberOfMessages: 10,
          VisibilityTimeout: visibilityTimeoutSeconds,
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        }),
      );
      return Messages.map((message) => sqsRecord(message, `arn:aws:sqs:us-east-1:000000000000:${queue}`));
    },
    pass: async (ms) => void (await nodeSystem.sleep(ms)),
  };
});
