import { expect, test } from 'vitest';
import { encode } from '../../packages/girder-worker/src/message/encode.ts';
import { type AwsCall, callAws, existingResources } from './aws.ts';
import { account, region } from './emulator.ts';
import type { ServerlessStack } from './serverlessStack.ts';
import { clientOf, taskResult } from './typescriptClient.ts';

/** Declares tests of the command `serverless` on a deployed stack. `stack` returns what a hook has started before. */
export function testServerlessCommands(stack: () => ServerlessStack): void {
  test('serverless invoke returns the id of the message that failed in a batch, and no other', async () => {
    const bodies = {
      done: encode({ task: 'labtasks.add', id: 'invoked-done', args: [1, 2] }),
      rejected: encode({
        task: 'labtasks.work.rejects_until',
        id: 'invoked-rejected',
        args: [Date.now() / 1000 + 3600],
      }),
    };
    const Records = Object.entries(bodies).map(([messageId, body]) => ({
      messageId,
      body,
      receiptHandle: 'of no queue',
      attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(Date.now()) },
      messageAttributes: {},
      eventSource: 'aws:sqs',
      eventSourceARN: `arn:aws:sqs:${region}:${account}:celery`,
      awsRegion: region,
    }));
    const printed = await stack().serverless('invoke', '-f', 'dispatcher', '--data', JSON.stringify({ Records }));
    expect(JSON.parse(printed.slice(printed.indexOf('{')))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'rejected' }],
    });
    expect(await taskResult(stack(), 'invoked-done')).toBe(3);
  }, 120_000);

  test('no task is lost by a deployment with a further plugin while tasks run, and tasks of that plugin run after it', async () => {
    const app = clientOf(stack());
    const send = (count: number) =>
      Promise.all(Array.from({ length: count }, (_, index) => app.sendTask('labtasks.pauses', [2, index])));
    const before = await send(12);
    stack().addPlugin('limittasks');
    let deployed = false;
    const deployment = stack()
      .serverless('deploy')
      .finally(() => {
        deployed = true;
      });
    const ended = [];
    while (!deployed) {
      const [result] = await send(1);
      ended.push(await result!.get({ timeoutMs: 120_000 }));
    }
    await deployment;
    expect(ended.length, 'tasks that ended during the deployment').toBeGreaterThan(0);
    expect(new Set(ended)).toEqual(new Set([0]));
    const results = await Promise.all(before.map((result) => result.get({ timeoutMs: 120_000 })));
    expect(results).toEqual([...before.keys()]);
    const added = await app.sendTask('limittasks.computes', [1]);
    expect(await added.get({ timeoutMs: 60_000 })).toBe('computed');
  }, 400_000);
}

/** Declares the test of `girder-worker doctor`. `leftOut` are calls that set what the emulator's CloudFormation does not. */
export function testDoctor(stack: () => ServerlessStack, leftOut: readonly AwsCall[]): void {
  test('girder-worker doctor finds nothing that would lose messages or stop tasks, and nothing to warn of', async () => {
    await callAws(stack(), leftOut);
    const printed = await stack().girderWorker('doctor', '--strict');
    expect(printed).toContain('eventSourceMapping');
    expect(printed).toContain(', 0 warnings, 0 failures, 0 not checked.');
  }, 120_000);
}

/** Declares the test of `serverless remove`, after which the stack is gone. */
export function testRemoval(stack: () => ServerlessStack): void {
  test('serverless remove leaves nothing', async () => {
    expect(await existingResources(stack())).not.toEqual([]);
    await stack().serverless('remove');
    expect(await existingResources(stack())).toEqual([]);
  }, 180_000);
}
