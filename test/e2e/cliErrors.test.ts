import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isolatedVariables } from '../../packages/girder-worker-dev/src/local/emulators/variables.ts';
import { startWorkerProcess } from '../support/workerProcess.ts';
import { startWorkerStack, type WorkerStack } from '../support/workerStack.ts';

let stack: WorkerStack;
/** An AWS that answers every request with the error that its path names: `/AccessDeniedException`. */
let refusing: Server;
let refusingUrl: string;
beforeAll(async () => {
  stack = await startWorkerStack('gwexample');
  refusing = createServer((request, response) => {
    const type = request.url!.replaceAll('/', '');
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify({ __type: `com.amazonaws#${type}`, message: 'The service says why.' }));
  });
  await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
  refusingUrl = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`;
});
afterAll(async () => {
  refusing?.close();
  await stack?.stop();
});

/** Runs the CLI, and returns its exit code and all that it prints. */
async function run(env: NodeJS.ProcessEnv, ...args: string[]): Promise<{ code: number | null; text: string }> {
  await using cli = startWorkerProcess(env, ...args);
  return { code: await cli.ended, text: cli.text() };
}

const commands: readonly (readonly string[])[] = [
  ['call', 'p.task', '--timeout', '5'],
  ['result', 'some-id', '--timeout', '5'],
  ['revoke', 'some-id'],
  ['inspect', 'active'],
  ['inspect', 'query_task', 'some-id'],
  ['ping'],
  ['status'],
  ['purge'],
  ['dlq', 'list'],
];
const names = commands.map((args) => [args.join(' '), args] as const);
const worker = ['worker', '--no-build', '--no-remote-control', '-l', 'error'];

/** Nothing on this machine names a region or credentials. */
const nowhere = (): NodeJS.ProcessEnv => ({
  ...isolatedVariables(process.env, {}),
  ...{ AWS_REGION: undefined, AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined },
  ...{
    AWS_CONFIG_FILE: '/nonexistent',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
    AWS_EC2_METADATA_DISABLED: 'true',
  },
});
const withKeys = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };

/** An error is one line, which is no frame of a stack. */
function expectOneLine({ code, text }: { code: number | null; text: string }, expected: RegExp): void {
  expect(text).toMatch(expected);
  expect(text.trimEnd().split('\n')).toHaveLength(1);
  expect(code).toBe(1);
}

describe('the error of a command is one line that says what to set, if', () => {
  test.each(names)(
    'no server runs at the endpoint: %s',
    async (_, args) => {
      const env = {
        ...{ ...nowhere(), ...withKeys },
        ...{ AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:1', AWS_ENDPOINT_URL_DYNAMODB: 'http://localhost:2' },
      };
      const sqs = /Cannot connect to SQS at http:\/\/127\.0\.0\.1:1 \(ECONNREFUSED\)\..* AWS_ENDPOINT_URL_SQS/;
      const dynamodb =
        /Cannot connect to DynamoDB at http:\/\/localhost:2 \(ECONNREFUSED\)\..* AWS_ENDPOINT_URL_DYNAMODB/;
      expectOneLine(await run(env, ...args), new RegExp(`${sqs.source}|${dynamodb.source}`));
    },
    60_000,
  );

  test.each([...names, ['worker', worker] as const])(
    'there is no region: %s',
    async (name, args) => {
      const root = name === 'worker' ? ['--root', stack.root] : [];
      const { code, text } = await run(nowhere(), ...args, ...root);
      const error = text.slice(Math.max(0, text.search(/(?:girder-worker: )?No AWS region/)));
      expectOneLine({ code, text: error }, /No AWS region is set: set AWS_REGION.*GIRDER_WORKER_BROKER/);
    },
    60_000,
  );

  test.each([...names, ['worker', worker] as const])(
    'AWS refuses the credentials: %s',
    async (name, args) => {
      const root = name === 'worker' ? ['--root', stack.root] : [];
      const env = { ...nowhere(), ...withKeys, AWS_ENDPOINT_URL: `${refusingUrl}/UnrecognizedClientException` };
      const { code, text } = await run(env, ...args, ...root);
      const error = text.slice(Math.max(0, text.search(/(?:girder-worker: )?AWS refuses/)));
      expectOneLine({ code, text: error }, /AWS refuses the credentials \(.*The service says why.*AWS_ACCESS_KEY_ID/);
    },
    60_000,
  );

  test('there are no credentials, or a permission is missing', async () => {
    const region = { ...nowhere(), AWS_REGION: 'eu-central-1', AWS_ENDPOINT_URL: refusingUrl };
    expectOneLine(await run(region, 'revoke', 'id'), /No AWS credentials were found: set AWS_ACCESS_KEY_ID/);
    const denied = { ...nowhere(), ...withKeys, AWS_ENDPOINT_URL: `${refusingUrl}/AccessDeniedException` };
    expectOneLine(
      await run(denied, 'inspect', 'active'),
      /A permission is missing .*The service says why.*permissions/,
    );
  }, 60_000);

  test.each(names)(
    'queue and table do not exist: %s',
    async (_, args) => {
      const missing = { GIRDER_WORKER_BACKEND: 'dynamodb://@us-east-1/absent', GIRDER_WORKER_QUEUES: 'absent' };
      const { code, text } = await run({ ...stack.env, ...missing }, ...args);
      expectOneLine(
        { code, text },
        /There is no (?:SQS queue|DynamoDB table) "(?:absent|celery)"\..*(?:npm run dev|queue)/,
      );
    },
    60_000,
  );

  test('it is unexpected, and --debug or GIRDER_WORKER_DEBUG=1 adds the stack', async () => {
    const args = ['inspect', 'registered', '--root', '/nonexistent'];
    expectOneLine(await run(stack.env, ...args), /There is no registry \/nonexistent.*--root/);
    for (const { text } of [
      await run(stack.env, ...args, '--debug'),
      await run({ ...stack.env, GIRDER_WORKER_DEBUG: '1' }, ...args),
    ])
      expect(text).toMatch(/There is no registry .*\n[\s\S]*\n {4}at /);
  }, 60_000);
});

test.each([
  [['revoke', ''], /for argument 'id'\. It is empty\.\n\(see girder-worker revoke --help\)/],
  [['revoke', 'id', ' '], /for argument 'id'\. It is empty\./],
  [['revoke'], /missing required argument 'id'\n\(see girder-worker revoke --help\)/],
  [['result', ''], /for argument 'id'\. It is empty\./],
  [['call', ''], /for argument 'task'\. It is empty\./],
  [['call', 't', '--queue', ''], /'--queue <name>' argument '' is invalid\. It is empty\./],
  [['call', 't', '--timeout', 'soon'], /Must be a number of seconds.*\n\(see girder-worker call --help\)/],
  [['status', '--frobnicate'], /unknown option '--frobnicate'\n\(see girder-worker status --help\)/],
  [['inspect', 'everything'], /Allowed choices are active.*\n\(see girder-worker inspect --help\)/],
  [['inspect', 'query_task'], /Give the ids of the tasks to query_task.* --help/],
  [['inspect', 'query_task', ''], /for argument 'ids'\. It is empty\./],
  [['dlq', 'show', ''], /for argument 'id'\. It is empty\./],
  [['dlq', 'drop'], /Give ids of dead letters, options that select them, or --all\. .*--help/],
  [['dlq', 'purge', '--older-than', '5'], /Must be a number with a unit: 90s, 15m, 36h or 2d\./],
  [['dlq', 'drop', ''], /for argument 'ids'\. It is empty\./],
  [['worker', '-c', '0'], /Must be a positive integer\.\n\(see girder-worker worker --help\)/],
  [['worker', '--health-port', '70000'], /Must be an integer from 0 to 65535/],
  [['health'], /required option '--port <port>' not specified\n\(see girder-worker health --help\)/],
])(
  'invalid arguments are refused with a reason and the way to get help: %j',
  async (args, expected) => {
    const { code, text } = await run(stack.env, ...args);
    expect(text).toMatch(expected);
    expect(text).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
  },
  60_000,
);

test('revoke says what it did: to an id that no worker knows, and to one that was revoked before', async () => {
  const state = (id: string, effect: string) => ({ code: 0, text: `${id}: REVOKED (${effect})\n` });
  const unknown = 'no worker has started a task with this id: it will not run when its message arrives';
  expect(await run(stack.env, 'revoke', 'unknown')).toEqual(state('unknown', unknown));
  expect(await run(stack.env, 'revoke', 'unknown')).toEqual(state('unknown', 'the task was already revoked'));
}, 60_000);
