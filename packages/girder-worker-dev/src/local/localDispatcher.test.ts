import { fileURLToPath } from 'node:url';
import { GetQueueAttributesCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulators, startEmulators } from './emulators/emulators.ts';
import { localSqsClient } from './emulators/resources.ts';
import type { MappingFault } from './lambda/eventSourceMapping.ts';
import { startLocalDispatcher } from './localDispatcher.ts';

let emulators: Emulators;
let sqs: SQSClient;
beforeAll(async () => {
  emulators = await startEmulators();
  sqs = localSqsClient(emulators.sqsEndpoint);
});
afterAll(async () => {
  sqs.destroy();
  await emulators.stop();
});

const urlOf = (name: string) => `${emulators.sqsEndpoint}/000000000000/${name}`;
const send = (name: string, MessageBody: string, group: object = {}) =>
  sqs.send(new SendMessageCommand({ QueueUrl: urlOf(name), MessageBody, ...group }));

async function messagesIn(name: string): Promise<number> {
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const command = new GetQueueAttributesCommand({ QueueUrl: urlOf(name), AttributeNames: [...AttributeNames] });
  const { Attributes = {} } = await sqs.send(command);
  return AttributeNames.reduce((sum, attribute) => sum + Number(Attributes[attribute]), 0);
}

test('the local dispatcher serves several queues, and stops when the running invocations of all of them have ended', async () => {
  const lines: string[] = [];
  const faults: MappingFault[] = [];
  const dispatcher = await startLocalDispatcher({
    emulators,
    file: fileURLToPath(new URL('./fixtures/handler.ts', import.meta.url)),
    queues: ['celery', 'my.tasks', 'orders.fifo'],
    concurrency: 2,
    timeoutSeconds: 20,
    printLine: (line) => lines.push(line),
    onFault: (fault) => faults.push(fault),
  });
  await send('celery', 'one');
  await send('orders.fifo', 'two', { MessageGroupId: 'g', MessageDeduplicationId: 'd' });
  await send('my-tasks', 'sleep 1500');
  const printed = () => lines.join('\n');
  await expect.poll(printed, { timeout: 10_000 }).toContain('"ended":["one"]');
  await expect.poll(printed, { timeout: 10_000 }).toContain('"ended":["two"]');
  await expect.poll(printed, { timeout: 10_000 }).toContain('"bodies":["sleep 1500"]');
  await dispatcher.stop(10_000);
  expect(printed()).toContain('"ended":["sleep 1500"]');
  expect(faults).toEqual([]);
  for (const name of ['celery', 'my-tasks', 'orders.fifo']) expect(await messagesIn(name)).toBe(0);
});
