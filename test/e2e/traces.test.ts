import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { createTaskClient } from '../../packages/girder-worker/src/client/client.ts';
import { App } from '../../packages/girder-worker/src/task/app.ts';
import { createQueue, localSqsClient } from '../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { spansOf, treeOf, type WrittenSpan } from '../interop/spanTree.ts';
import { createTemporaryFolder } from '../support/deployment.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { startWorkerStack, type WorkerStack } from '../support/workerStack.ts';

const hook = fileURLToPath(new URL('../fixtures/loadedModules.mjs', import.meta.url));
const folder = createTemporaryFolder();
const fileOf = (name: string) => join(folder.root, name);
afterAll(() => folder[Symbol.dispose]());

const linesIn = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []);
const add = async (env: NodeJS.ProcessEnv, queue = 'celery') => {
  const result = await new App(createTaskClient(env)).sendTask('labtasks.add', [1, 2], {}, { queue });
  expect(await result.get({ timeoutMs: 20_000 })).toBe(3);
};

describe('a function', () => {
  test.each([
    ['on', 2],
    ['off', 0],
  ])(
    'with traces %s loads the code of OpenTelemetry in the dispatcher and in a thread, or in neither',
    async (traces, modules) => {
      const LOADED_FILE = fileOf(`function-${traces}`);
      const env = { GIRDER_WORKER_TRACES: traces, NODE_OPTIONS: `--import ${hook}`, LOADED_FILE };
      const stack: Stack = await startStack({ plugins: ['labtasks'], env });
      try {
        await add(stack.env);
        if (modules > 0) expect(linesIn(LOADED_FILE).length).toBeGreaterThanOrEqual(modules);
        else expect(linesIn(LOADED_FILE)).toEqual([]);
        const warning = stack.lines.filter((line) => line.includes('no tracer provider of the SDK is registered'));
        expect(warning).toHaveLength(modules > 0 ? 1 : 0);
      } finally {
        await stack.stop();
      }
    },
  );
});

describe('a long-running worker', () => {
  const startWith = async (plugins: readonly string[], variables: NodeJS.ProcessEnv): Promise<WorkerStack> => {
    const stack = await startWorkerStack(...plugins);
    const sqs = localSqsClient(stack.emulators.sqsEndpoint);
    await createQueue(sqs, { name: 'celery', visibilityTimeoutSeconds: 300, maxReceiveCount: 10 });
    sqs.destroy();
    Object.assign(stack.env, variables);
    return stack;
  };
  let stack: WorkerStack | undefined;
  afterEach(() => stack?.stop());

  test('exports the spans of its runs and of the code of its tasks, the last ones when it shuts down', async () => {
    const file = fileOf('worker-spans');
    stack = await startWith(['labtasks', 'tracedtasks'], { GIRDER_WORKER_TRACES: 'on', SPANS_FILE: file });
    const worker = await stack.startWorker();
    const app = new App(createTaskClient({ ...stack.env, GIRDER_WORKER_TRACES: 'off' }));
    await (await app.sendTask('tracedtasks.tasks.observed', [7])).get({ timeoutMs: 20_000 });
    await expect.poll(() => worker.text().match(/succeeded in/g)?.length, { timeout: 20_000 }).toBe(2);
    worker.child.kill('SIGTERM');
    await worker.ended;
    const spans = linesIn(file).map((line) => JSON.parse(line) as WrittenSpan);
    const [run] = spans.filter(({ name }) => name === 'run/tracedtasks.tasks.observed');
    expect(run?.attributes).not.toHaveProperty('faas.name');
    expect(treeOf(spansOf(run!.traceId, { worker: file }), ({ name }) => name)).toEqual([
      'run/tracedtasks.tasks.observed',
      '  query',
      '    apply_async/labtasks.add',
      '      run/labtasks.add',
    ]);
  });

  test('without traces loads only the modules that read the switch', async () => {
    const LOADED_FILE = fileOf('worker-loaded');
    const variables = { GIRDER_WORKER_TRACES: 'off', NODE_OPTIONS: `--import ${hook}`, LOADED_FILE };
    stack = await startWith(['labtasks'], variables);
    await using worker = await stack.startWorker();
    await add(stack.env);
    const files = new Set(linesIn(LOADED_FILE).map((url) => basename(url)));
    expect([...files].filter((file) => !importers.includes(file))).toEqual([]);
    expect(worker.text()).toContain('succeeded in');
  });
});

/** The modules that import the switch, and those that read it. */
const importers = [
  ...['client.ts', 'thread.ts', 'runWorker.ts', 'batchHandler.ts'],
  ...['connectTraces.ts', 'traceSwitch.ts', 'traceTasks.ts'],
];
