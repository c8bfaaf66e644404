import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createResultTable } from '../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { requireMinistack, requirePython } from '../support/requirements.ts';
import { callAws, existingResources } from './aws.ts';
import { account, type Emulator, region } from './emulator.ts';
import { startMinistack } from './ministack/ministack.ts';
import { createServerlessStack, type ServerlessStack } from './serverlessStack.ts';
import { clientOf } from './typescriptClient.ts';

/** What a Celery client has created before. */
const kombuTags = [
  { Key: 'ManagedBy', Value: 'Celery/Kombu' },
  { Key: 'Description', Value: 'This SNS topic is used by Kombu to enable Fanout support for AWS SQS.' },
];

describe.skipIf(!requirePython() || !requireMinistack())(
  'a stack on MiniStack with a pool, with tags, and with queues, topic and table that exist already,',
  () => {
    let emulator: Emulator;
    let stack: ServerlessStack;
    const queues = ['celery', 'renders'];
    beforeAll(async () => {
      emulator = await startMinistack();
      stack = await createServerlessStack(emulator, ['labtasks']);
      await callAws(stack, [
        ...queues.map((QueueName) => {
          const call = { QueueName, Attributes: { VisibilityTimeout: '1800' } };
          return ['sqs', 'create_queue', call] as const;
        }),
        ['sns', 'create_topic', { Name: 'celery-pidbox', Tags: kombuTags }],
      ]);
      await createResultTable(emulator.endpoint, 'celery');
      const pools = { heavy: { queues: 'renders', memoryMb: 3008, timeoutSeconds: 200, batchSize: 1 } };
      const parameters = ['existingQueues=true', 'existingTopic=true', 'existingTable=true', 'tags=team=science'];
      await stack.serverless(
        'deploy',
        ...[...parameters, `pools=${JSON.stringify(pools)}`].flatMap((parameter) => ['--param', parameter]),
      );
    }, 400_000);
    afterAll(async () => {
      await stack?.remove();
      await emulator?.stop();
    });

    test.each(queues)(
      'runs a task of the queue %s, with the permissions of its roles alone',
      async (queue) => {
        const result = await clientOf(stack).sendTask('labtasks.add', [20, 3], {}, { queue });
        expect(await result.get({ timeoutMs: 60_000 })).toBe(23);
        expect(stack.log().match(/^Refused by IAM: \S+/gm) ?? []).toEqual([]);
      },
      90_000,
    );

    test('runs the tasks of each queue in the function of its pool', async () => {
      const [answer] = await callAws(stack, [['lambda', 'list_event_source_mappings', {}]]);
      const mappings = answer!.EventSourceMappings as { EventSourceArn: string; FunctionArn: string }[];
      const functionOf = (queue: string) =>
        mappings
          .find(({ EventSourceArn }) => EventSourceArn === `arn:aws:sqs:${region}:${account}:${queue}`)
          ?.FunctionArn.split(':')[6];
      expect(queues.map(functionOf)).toEqual(['girder-worker-dev-dispatcher', 'girder-worker-dev-dispatcher-heavy']);
    }, 60_000);

    test('tags its functions', async () => {
      const FunctionName = 'girder-worker-dev-dispatcher-heavy';
      const [found] = await callAws(stack, [['lambda', 'get_function', { FunctionName }]]);
      expect(found!.Tags).toMatchObject({ team: 'science' });
    }, 60_000);

    test('is removed without what it has not created', async () => {
      await stack.serverless('remove');
      expect(await existingResources(stack)).toEqual([
        ...queues.map((queue) => expect.stringMatching(new RegExp(`^queue http.*/${queue}$`))),
        'table celery',
        expect.stringMatching(/^topic .*celery-pidbox$/),
      ]);
    }, 180_000);
  },
);
