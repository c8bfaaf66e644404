import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { type FixtureFunction, fixtureFunction } from '../fixtures/fixtureFunction.ts';
import type { LambdaFunction } from './lambdaFunction.ts';
import type { LambdaSettings } from './lambdaSettings.ts';

const started: LambdaFunction[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((lambda) => lambda.kill()));
});

function start(settings?: Partial<LambdaSettings>): FixtureFunction {
  const fixture = fixtureFunction(settings);
  started.push(fixture.lambda);
  return fixture;
}

function batch(...bodies: string[]): object {
  return { Records: bodies.map((body, index) => ({ messageId: `id-${index}`, body })) };
}

describe('a local Lambda function', () => {
  test('returns the response of its handler', async () => {
    const { lambda } = start();
    expect(await lambda.invoke(batch('one', 'fail'))).toEqual({ batchItemFailures: [{ itemIdentifier: 'id-1' }] });
  });

  test('returns null if the handler returns nothing', async () => {
    expect(await start({ handler: 'nothing' }).lambda.invoke({})).toBeNull();
  });

  test('passes events and responses of a megabyte unchanged', async () => {
    const event = { text: 'ü\u0000\u2028'.repeat(300_000) };
    expect(await start({ handler: 'echo' }).lambda.invoke(event)).toEqual(event);
  });

  test('fails if the handler throws, and keeps its process for the next invocation', async () => {
    const { lambda, printed } = start();
    await expect(lambda.invoke(batch('throw'))).rejects.toMatchObject({
      code: 'FAILED',
      message: expect.stringContaining('RangeError: as told'),
    });
    await lambda.invoke(batch('one'));
    const [first, second] = await printed('bodies', 2);
    expect(second?.pid).toBe(first?.pid);
  });

  test('fails if the response cannot be converted to JSON', async () => {
    const { lambda } = start({ handler: 'unserializable' });
    await expect(lambda.invoke({})).rejects.toMatchObject({
      code: 'FAILED',
      message: expect.stringContaining('BigInt'),
    });
  });

  test('fails if the handler ends its process, and loads the function again for the next invocation', async () => {
    const { lambda, printed } = start();
    await expect(lambda.invoke(batch('exit'))).rejects.toMatchObject({
      code: 'EXITED',
      message: 'Runtime exited with error: exit status 3',
    });
    await lambda.invoke(batch('one'));
    const [first, second] = await printed('bodies', 2);
    expect(second?.pid).not.toBe(first?.pid);
  });

  test.each(['hang', 'compute'])('kills its process at the deadline if the handler would %s', async (body) => {
    const { lambda, printed } = start({ timeoutSeconds: 0.5 });
    await expect(lambda.invoke(batch(body))).rejects.toMatchObject({
      code: 'TIMED_OUT',
      message: expect.stringMatching(/^[0-9a-f-]{36} Task timed out after 0\.50 seconds$/),
    });
    const [{ pid } = {}] = await printed('bodies');
    expect(() => process.kill(pid as number, 0)).toThrow('ESRCH');
    expect(await lambda.invoke(batch('one'))).toEqual({ batchItemFailures: [] });
  });

  test('runs concurrent invocations in separate processes', async () => {
    const { lambda, printed } = start();
    await Promise.all([lambda.invoke(batch('sleep 300')), lambda.invoke(batch('sleep 300'))]);
    const pids = (await printed('bodies', 2)).map(({ pid }) => pid);
    expect(new Set(pids).size).toBe(2);
  });

  test('runs sequential invocations in one process', async () => {
    const { lambda, printed } = start();
    await lambda.warmUp();
    for (const body of ['one', 'two', 'three']) await lambda.invoke(batch(body));
    const pids = (await printed('bodies', 3)).map(({ pid }) => pid);
    expect(new Set(pids).size).toBe(1);
  });

  test('fails with the reason if its module cannot be loaded', async () => {
    const file = fileURLToPath(new URL('../fixtures/brokenHandler.ts', import.meta.url));
    const { lambda } = start({ file });
    await expect(lambda.warmUp()).rejects.toMatchObject({
      code: 'INIT_FAILED',
      message: expect.stringContaining('this module cannot be loaded'),
    });
  });

  test('fails with the name of the handler if its module does not export it', async () => {
    const { lambda } = start({ handler: 'absent' });
    await expect(lambda.invoke({})).rejects.toMatchObject({
      code: 'INIT_FAILED',
      message: expect.stringContaining('exports no function "absent"'),
    });
  });

  test('passes Lambda’s context and environment variables to the handler', async () => {
    const { lambda, printed } = start({ timeoutSeconds: 9, env: { GIRDER_WORKER_BROKER: 'sqs://' } });
    await lambda.invoke(batch('context'));
    const [seen] = await printed('context');
    expect(seen?.context).toMatchObject({
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      functionName: 'fixture',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:fixture',
      memoryLimitInMB: '512',
    });
    expect(seen?.remainingMs).toBeGreaterThan(7000);
    expect(seen?.remainingMs).toBeLessThanOrEqual(9000);
    expect(seen?.env).toMatchObject({
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_LAMBDA_FUNCTION_NAME: 'fixture',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
      GIRDER_WORKER_BROKER: 'sqs://',
    });
  });

  test('does not treat a message that the function sends to its parent process as a response', async () => {
    const { lambda } = start();
    await expect(lambda.invoke(batch('pretend a response'))).rejects.toMatchObject({ code: 'FAILED' });
  });

  test('fails running invocations with EXITED when it is killed', async () => {
    const { lambda, printed } = start();
    const invocation = expect(lambda.invoke(batch('hang'))).rejects.toMatchObject({ code: 'EXITED' });
    await printed('bodies');
    await lambda.kill();
    await invocation;
  });
});
