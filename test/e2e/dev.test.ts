import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { promisify } from 'node:util';
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';

import { afterEach, describe, expect, test } from 'vitest';
import { createTaskClient } from '../../packages/girder-worker/src/client/client.ts';
import { App } from '../../packages/girder-worker/src/task/app.ts';
import { localSqsClient } from '../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { type DevProcess, root, startDev } from '../support/devProcess.ts';
import { familyOf, isRunning } from '../support/processes.ts';

const anyPorts = ['--sqs-port', '0', '--dynamodb-port', '0'];

let started: DevProcess[] = [];
afterEach(() => {
  for (const { child } of started) child.kill('SIGKILL');
  started = [];
});

function dev(...args: string[]): DevProcess {
  const own = startDev(...args);
  started.push(own);
  return own;
}

/** Sends a task that computes for a minute, and waits until the dispatcher has received it. */
async function keepBusy({ endpoints, printed }: DevProcess): Promise<void> {
  const [sqs, dynamodb] = endpoints();
  const app = new App(
    createTaskClient({
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_SQS: sqs,
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
      GIRDER_WORKER_BROKER: `sqs://test:test@${new URL(sqs!).host}//`,
      GIRDER_WORKER_BACKEND: `dynamodb://test:test@${new URL(dynamodb!).host}/celery`,
    }),
  );
  await app.sendTask('gwexample.analyses.tasks.cancelable', [60_000]);
  await printed('received');
}

const moments: [name: string, moment: (stack: DevProcess) => Promise<void>][] = [
  ['the emulators are up', (stack) => stack.printed('Emulators:')],
  ['it is ready', (stack) => stack.printed('\nready\n')],
  ['a task computes', (stack) => stack.printed('\nready\n').then(() => keepBusy(stack))],
];

const ends: [name: string, code: number | null, end: (pid: number) => void][] = [
  ['Ctrl-C', 0, (pid) => process.kill(-pid, 'SIGINT')],
  ['SIGTERM to it alone', 0, (pid) => process.kill(pid, 'SIGTERM')],
  ['SIGKILL to it alone', null, (pid) => process.kill(pid, 'SIGKILL')],
];

describe.runIf(process.platform === 'linux').each(moments)('girder-worker dev, as soon as %s,', (_, moment) => {
  test.each(ends)('leaves no process and no listening port after %s', async (_, code, end) => {
    const stack = dev(...anyPorts);
    await moment(stack);
    const pid = stack.child.pid!;
    const family = familyOf(pid);
    expect(family.length).toBeGreaterThan(1);
    for (const endpoint of stack.endpoints()) await fetch(endpoint);

    end(pid);
    expect(await stack.ended).toBe(code);
    await expect.poll(() => family.filter(isRunning), { timeout: 5000 }).toEqual([]);
    for (const endpoint of stack.endpoints()) await expect(fetch(endpoint)).rejects.toThrow('fetch failed');
    const folders = readdirSync(tmpdir()).filter((name) => name.startsWith(`girder-worker-dev-${pid}-`));
    if (code === 0) expect(folders).toEqual([]);
  });
});

describe('girder-worker dev', () => {
  test('prints the banner of the worker, the endpoints, and then the line “ready”', async () => {
    const stack = dev(...anyPorts);
    await stack.printed('\nready\n');
    const [sqs, dynamodb] = stack.endpoints();
    expect(stack.text()).toMatch(/^ -------------- girder-worker@\S+ v\d/m);
    expect(stack.text()).toMatch(/^\[tasks\]\n(?: {2}\. \S+\n)* {2}\. gwexample\.analyses\.tasks\.fibonacci\n/m);
    const dashboard = 'Dashboard: http://127\\.0\\.0\\.1:\\d+/\\?token=\\S+\n';
    expect(stack.text()).toMatch(new RegExp(`${sqs}.*\n.*${dynamodb}.*\n.*\n(?:export .*\n){3}${dashboard}ready\n$`));
  });

  test('starts the dashboard, which shows a task that has run, with its log lines, and permits actions', async () => {
    const stack = dev(...anyPorts, '--dashboard-port', '0');
    await stack.printed('\nready\n');
    const [sqs, dynamodb] = stack.endpoints();
    const app = new App(
      createTaskClient({
        AWS_REGION: 'us-east-1',
        GIRDER_WORKER_BROKER: `sqs://test:test@${new URL(sqs!).host}//`,
        GIRDER_WORKER_BACKEND: `dynamodb://test:test@${new URL(dynamodb!).host}/celery`,
      }),
    );
    const { id } = await app.sendTask('gwexample.analyses.tasks.fibonacci', [10]);
    const { origin, searchParams } = new URL(/Dashboard: (\S+)/.exec(stack.text())![1]!);
    const headers = { authorization: `Bearer ${searchParams.get('token')}` };
    const read = async (path: string) => (await fetch(origin + path, { headers })).json();
    await expect
      .poll(() => read(`/data/tasks/${id}`))
      .toMatchObject({
        runs: [{ task: 'gwexample.analyses.tasks.fibonacci', state: 'SUCCESS' }],
        log: expect.arrayContaining([expect.objectContaining({ text: expect.stringContaining('succeeded in') })]),
      });
    expect(await read('/data/session')).toMatchObject({ hasActions: true });
  });

  test('prints lines for the shell of another terminal, in which girder-worker call then returns the result of a task', async () => {
    const stack = dev(...anyPorts);
    await stack.printed('\nready\n');
    const lines = stack.text().match(/^export .*$/gm) ?? [];
    const call = `${process.execPath} packages/girder-worker/src/cli/main.ts call gwexample.analyses.tasks.fibonacci 26`;
    // The region of the other terminal is another one, and it has no credentials.
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, AWS_REGION: 'eu-west-1' };
    const { stdout } = await promisify(execFile)('sh', ['-c', `${lines.join('\n')}\n${call}`], { cwd: root, env });
    expect(stdout).toBe('121393\n');
  });

  test('serves each queue that --queue names, with a dead-letter queue of its own', async () => {
    const stack = dev(...anyPorts, '--queue', 'celery', '--queue', 'fast');
    await stack.printed('\nready\n');
    expect(stack.text()).toMatch(/\[queues\]\n.*\.> celery +exchange=celery.*\n.*\.> fast +exchange=fast/);
    const [sqs, dynamodb] = stack.endpoints();
    const env = {
      AWS_REGION: 'us-east-1',
      GIRDER_WORKER_BROKER: `sqs://test:test@${new URL(sqs!).host}//`,
      GIRDER_WORKER_BACKEND: `dynamodb://test:test@${new URL(dynamodb!).host}/celery`,
    };
    const app = new App(createTaskClient(env));
    for (const queue of ['celery', 'fast']) {
      const result = await app.sendTask('gwexample.analyses.tasks.fibonacci', [10], {}, { queue });
      expect(await result.get({ timeoutMs: 20_000 })).toBe(55);
    }
    const client = localSqsClient(sqs!);
    const QueueUrl = `${sqs}/000000000000/fast-dead-letters`;
    await client.send(new SendMessageCommand({ QueueUrl: `${sqs}/000000000000/fast`, MessageBody: 'no task' }));
    const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    expect(Messages).toMatchObject([{ Body: 'no task' }]);
    client.destroy();
  });

  test('names a port that is in use, and ends with exit code 1', async () => {
    const first = dev(...anyPorts);
    await first.printed('Emulators:');
    const taken = new URL(first.endpoints()[0]!).port;
    const second = dev('--sqs-port', taken, '--dynamodb-port', '0');
    expect(await second.ended).toBe(1);
    expect(second.text()).toMatch(new RegExp(`Port ${taken} for SQS is in use[^]*--sqs-port 0`));
  });

  test.each(['-1', '65536', '80a', ''])('refuses the port "%s"', async (port) => {
    const stack = dev(`--dynamodb-port=${port}`);
    expect(await stack.ended).toBe(1);
    expect(stack.text()).toContain('Must be an integer from 0 to 65535');
  });

  test('ends at once after a second Ctrl-C, although a task computes', async () => {
    const stack = dev(...anyPorts);
    await stack.printed('\nready\n');
    await keepBusy(stack);
    process.kill(-stack.child.pid!, 'SIGINT');
    await stack.printed('Stopping');
    await delay(600); // An earlier signal counts as npm's repetition of the first one.
    process.kill(-stack.child.pid!, 'SIGINT');
    expect(await stack.ended).toBe(130);
  });

  test.runIf(process.platform === 'linux')('ends with exit code 1 and an error if its emulators die', async () => {
    const stack = dev(...anyPorts);
    await stack.printed('Emulators:');
    const [, emulators] = familyOf(stack.child.pid!);
    await stack.printed('\nready\n');
    process.kill(emulators!, 'SIGTERM');
    expect(await stack.ended).toBe(1);
    expect(stack.text()).toContain('The emulators of SQS and DynamoDB are gone (SIGTERM)');
  });
});

describe('girder-worker dev --run', () => {
  const script = (name: string) => path.join(root, name);

  test('runs the example client, which prints the result of its task, and ends with it', async () => {
    const stack = dev('--run', script('examples/example_client.ts'));
    expect(await stack.ended).toBe(0);
    expect(stack.text()).toMatch(/^121393$/m);
    expect(stack.text()).toMatch(/Task gwexample\.analyses\.tasks\.fibonacci\[\S+\] succeeded/);
  });

  test('sets the environment variables of the local stack for the script, and ends with its exit code', async () => {
    const stack = dev('--run', script('test/fixtures/scripts/exits7.ts'));
    expect(await stack.ended).toBe(7);
    expect(stack.text()).toContain(`broker sqs://, queue at ${stack.endpoints()[0]}\n`);
  });

  test('ends the script after a signal, with an exit code that is not 0', async () => {
    const stack = dev('--run', script('test/fixtures/scripts/waits.ts'));
    await stack.printed('the script waits');
    process.kill(stack.child.pid!, 'SIGTERM');
    expect(await stack.ended).toBe(143);
  });

  test('fails if the script does not exist', async () => {
    const stack = dev('--run', 'no-such-script.ts');
    expect(await stack.ended).toBe(1);
    expect(stack.text()).toContain('The file does not exist.');
  });
});
