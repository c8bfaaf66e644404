import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTaskClient } from '../../packages/girder-worker/src/client/client.ts';
import { App } from '../../packages/girder-worker/src/task/app.ts';
import { registerProvider } from '../../packages/girder-worker/src/tracing/fixtures/spans.ts';
import { createQueue, localSqsClient } from '../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { createTemporaryFolder } from '../support/deployment.ts';
import { requirePython } from '../support/requirements.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { type CeleryStack, startCeleryStack } from './celeryStack.ts';
import { PythonSession, pythonEnvironment } from './pythonSession.ts';
import { tracedVenv } from './pythonVenv.ts';
import { type PythonWorker, startPythonWorker } from './pythonWorker.ts';
import { type Span, spansOf, treeOf } from './spanTree.ts';

const attributesOfSemantics = /^(messaging\.(system|operation\.|destination\.name|message\.(conv|body)))|^(faas|aws)\./;

describe.skipIf(!requirePython())("with OpenTelemetry's instrumentation of Celery on both ends", () => {
  const folder = createTemporaryFolder();
  const fileOf = (name: string) => join(folder.root, `${name}.jsonl`);
  let stack: Stack;
  let celery: CeleryStack;
  let worker: PythonWorker;
  /** Clients of the function, and of a Python worker instead of it. */
  let client: PythonSession;
  let pythonClient: PythonSession;

  beforeAll(async () => {
    const python = await tracedVenv();
    const variables = { GIRDER_WORKER_TRACES: 'on', SPANS_FILE: fileOf('function') };
    stack = await startStack({ plugins: ['labtasks', 'tracedtasks'], env: variables });
    celery = await startCeleryStack(python, {
      more: { SPANS_FILE: fileOf('celery') },
      program: 'traced_worker.py',
    });
    const sqs = localSqsClient(stack.emulators.sqsEndpoint);
    await createQueue(sqs, { name: 'python', visibilityTimeoutSeconds: 60, maxReceiveCount: 10 });
    sqs.destroy();
    const env = pythonEnvironment(stack.env, stack.emulators);
    const writing = (name: string) => ({ SPANS_FILE: fileOf(name) });
    worker = await startPythonWorker(python, { ...env, ...writing('python') }, ['python'], 'traced_worker.py');
    client = new PythonSession(python, { ...env, ...writing('client') });
    pythonClient = new PythonSession(python, { ...celery.env, ...writing('celeryClient') });
  }, 300_000);

  afterAll(async () => {
    await Promise.all([client?.end(), pythonClient?.end(), worker?.stop()]);
    await celery?.stop();
    await stack?.stop();
    folder[Symbol.dispose]();
  });

  const send = async (session: PythonSession, name: string) => String(await session.call(`traced_sends.${name}`));
  const spansWithFunction = (traceId: string) =>
    spansOf(traceId, { client: fileOf('client'), function: fileOf('function'), python: fileOf('python') });

  describe('the function creates the spans of a Python worker, with the same attributes', () => {
    test.each([
      ['task', 3],
      ['task_by_name', 3],
      ['limits', 3],
      ['hard_limit', 3],
      ['countdown', 3],
      ['own_headers', 3],
      ['failure', 3],
      ['failure_of_own_class', 3],
      ['retries', 7],
      ['retry_with_arguments', 5],
      ['retry_without_reason', 5],
      ['autoretry', 5],
      ['exhausted_retries', 5],
      ['chain_of_tasks', 7],
      ['chain_that_fails', 5],
      ['group_of_tasks', 5],
      ['chord_of_tasks', 7],
      ['chain_into_group_into_task', 9],
      ['callback', 5],
      ['callback_of_a_task_without_result', 5],
      ['errback', 5],
      ['errback_of_the_old_style', 5],
      ['replacement', 5],
      ['replacement_by_chain', 7],
      ['replacement_by_chord', 9],
      ['child_tasks', 7],
      ['child_chord', 9],
      ['ignored', 3],
      ['rejected', 3],
      ['map_of_a_task', 3],
      ['chunks_of_a_task', 5],
      ['baggage_and_tracestate', 5],
    ])('%s: %i spans', async (name, count) => {
      const [traceId, pythonTraceId] = await Promise.all([send(client, name), send(pythonClient, name)]);
      const files = { client: fileOf('celeryClient'), worker: fileOf('celery') };
      const python = () => treeOf(spansOf(pythonTraceId, files), comparable);
      await expect.poll(() => python().length, { timeout: 15_000 }).toBe(count);
      await expect.poll(() => treeOf(spansWithFunction(traceId), comparable), { timeout: 15_000 }).toEqual(python());
    });

    test('no spans for a trace that its sender has not sampled', async () => {
      const [traceId, pythonTraceId] = await Promise.all([
        send(client, 'not_sampled'),
        send(pythonClient, 'not_sampled'),
      ]);
      await send(client, 'task'); // The function has handled what was sent before.
      const files = { client: fileOf('celeryClient'), worker: fileOf('celery') };
      expect([...spansWithFunction(traceId), ...spansOf(pythonTraceId, files)]).toEqual([]);
    });
  });

  describe('a trace crosses from one language to the other and back', () => {
    test.each([
      [
        'chain_across',
        [
          'client chain_across',
          '  client apply_async/labtasks.add',
          '    function run/labtasks.add',
          '      function apply_async/labtasks.add',
          '        python run/labtasks.add',
          '          python apply_async/labtasks.mul',
          '            function run/labtasks.mul',
        ],
      ],
      [
        'chain_back',
        [
          'client chain_back',
          '  client apply_async/labtasks.add',
          '    python run/labtasks.add',
          '      python apply_async/labtasks.add',
          '        function run/labtasks.add',
          '          function apply_async/labtasks.mul',
          '            python run/labtasks.mul',
        ],
      ],
      [
        'callback_across',
        [
          'client callback_across',
          '  client apply_async/labtasks.add',
          '    function run/labtasks.add',
          '      function apply_async/labtasks.add',
          '        python run/labtasks.add',
        ],
      ],
      [
        'errback_across',
        [
          'client errback_across',
          '  client apply_async/labtasks.raises',
          '    python run/labtasks.raises',
          '      python apply_async/labtasks.canvas.on_error_id',
          '        function run/labtasks.canvas.on_error_id',
        ],
      ],
      [
        'retry_across',
        [
          'client retry_across',
          '  client apply_async/labtasks.work.retried',
          '    python run/labtasks.work.retried',
          '      python apply_async/labtasks.work.retried',
          '        python run/labtasks.work.retried',
          '          python apply_async/labtasks.add',
          '            function run/labtasks.add',
        ],
      ],
    ])('%s', async (name, tree) => {
      const traceId = await send(client, name);
      await expect.poll(() => treeOf(spansWithFunction(traceId), place), { timeout: 15_000 }).toEqual(tree);
    });

    test('chord_across: the member that ends last sends the body', async () => {
      const traceId = await send(client, 'chord_across');
      await expect.poll(() => spansWithFunction(traceId).length, { timeout: 15_000 }).toBe(7);
      const tree = treeOf(spansWithFunction(traceId), place);
      expect(tree).toContain('    function run/labtasks.add');
      expect(tree).toContain('    python run/labtasks.add');
      expect(tree).toContain('        python run/labtasks.xsum');
    });
  });

  describe('the TypeScript client', () => {
    const traced = registerProvider();
    afterAll(traced.unregister);

    test.each([
      ['python', 'python'],
      ['celery', 'function'],
    ])('sends a task to the queue %s in a span whose child is the run', async (queue, process) => {
      traced.reset();
      const app = new App(createTaskClient({ ...stack.env, GIRDER_WORKER_TRACES: 'on' }));
      const s = (...args: unknown[]) => app.canvas.signature('labtasks.add', { args }).set({ queue });
      const result = await app.canvas.chain(s(1, 2), s(3)).applyAsync();
      expect(await result.get({ timeoutMs: 20_000 })).toBe(6);
      const { traceId, spanId } = traced.span('apply_async/labtasks.add').spanContext();
      const tree = [
        `${process} run/labtasks.add`,
        `  ${process} apply_async/labtasks.add`,
        `    ${process} run/labtasks.add`,
      ];
      await expect.poll(() => treeOf(spansWithFunction(traceId), place), { timeout: 15_000 }).toEqual(tree);
      const [first] = spansWithFunction(traceId).filter(({ parentSpanId }) => parentSpanId === spanId);
      expect(first?.name).toBe('run/labtasks.add');
    });

    test('of a process without the switch sends no headers, and its task begins a trace', async () => {
      const app = new App(createTaskClient(stack.env));
      const result = await app.sendTask('labtasks.request_dump');
      expect(await result.get({ timeoutMs: 20_000 })).toMatchObject({ headers: {} });
    });
  });

  describe('the code of a task in the function', () => {
    const spanIn = async (traceId: string, name: string) => {
      const find = () => spansWithFunction(traceId).find((span) => span.name === name);
      await expect.poll(find, { timeout: 15_000 }).toBeDefined();
      return find()!;
    };

    test.each([['observed'], ['observed_solo']])(
      '%s: has spans below the span of its run, which it changes, and below which it sends tasks',
      async (name) => {
        const traceId = await send(client, name);
        const tree = [
          `client ${name}`,
          `  client apply_async/tracedtasks.tasks.${name}`,
          `    function run/tracedtasks.tasks.${name}`,
          '      function query',
          '        function apply_async/labtasks.add',
          '          function run/labtasks.add',
        ];
        await expect.poll(() => treeOf(spansWithFunction(traceId), place), { timeout: 15_000 }).toEqual(tree);
        const run = await spanIn(traceId, `run/tracedtasks.tasks.${name}`);
        expect(run.attributes).toMatchObject({ size: 7, 'seen.by': 'middleware' });
        expect(run.events).toEqual([{ name: 'half', attributes: { of: 7 } }]);
      },
    );

    test.each([
      ['ended_thread', 'exits', 'billiard.exceptions.WorkerLostError'],
      ['exceeded_limit', 'never_ends', 'billiard.exceptions.TimeLimitExceeded'],
    ])('%s: has the span of its run also where its thread is terminated', async (name, task, type) => {
      const run = await spanIn(await send(client, name), `run/tracedtasks.tasks.${task}`);
      expect(run.status).toBe('ERROR');
      expect(run.events.map(({ attributes }) => attributes['exception.type'])).toEqual([type]);
    });

    test('expected_failure: is no error for an exception of the task option `throws`', async () => {
      const run = await spanIn(await send(client, 'expected_failure'), 'run/tracedtasks.tasks.expected');
      expect(run).toMatchObject({ status: 'UNSET', events: [], attributes: { 'celery.state': 'FAILURE' } });
    });

    test('unregistered_task: has no span where the task does not run', async () => {
      const traceId = await send(client, 'unregistered_task');
      await send(client, 'task');
      expect(treeOf(spansWithFunction(traceId), place)).toEqual([
        'client unregistered_task',
        '  client apply_async/nobody.has.this',
      ]);
    });

    test('runs in spans with the attributes of Lambda and of messaging', async () => {
      const run = await spanIn(await send(client, 'task'), 'run/labtasks.add');
      expect(run.attributes).toMatchObject({
        'faas.name': 'girder-worker-dev-dispatcher',
        'faas.version': '$LATEST',
        'faas.trigger': 'pubsub',
        'faas.coldstart': false,
        'faas.invocation_id': expect.stringMatching(/^[\da-f-]{36}$/),
        'messaging.system': 'aws_sqs',
        'messaging.operation.type': 'process',
        'messaging.destination.name': 'celery',
        'messaging.message.body.size': expect.any(Number),
      });
    });
  });
});

/** The process and the name of a span. */
function place({ process, name }: Span): string {
  return `${process} ${name}`;
}

/**
 * What a span has in common with its counterpart in Python: all but ids, times, names of hosts and stacks. The messages of retries have an eta here
 * also if they are due at once, and Python writes the arguments of MaxRetriesExceededError as a tuple.
 */
function comparable({ name, kind, status, description, traceState, attributes, events }: Span): string {
  const isMasked = (key: string) => ['celery.hostname', 'celery.eta', 'celery.expires'].includes(key);
  const common = Object.entries(attributes)
    .filter(([key]) => !attributesOfSemantics.test(key) && key !== 'seen.by')
    .filter(([key]) => key !== 'celery.eta' || attributes['celery.retries'] === undefined)
    .map(([key, value]) => [key, isMasked(key) ? '…' : value])
    .toSorted(([a], [b]) => String(a).localeCompare(String(b)));
  const exceptions = events.map(({ attributes: each }) => [each['exception.type'], each['exception.message']]);
  const fields = { name, kind, status, description, traceState, exceptions, attributes: Object.fromEntries(common) };
  return JSON.stringify(fields)
    .replaceAll(/[\da-f]{8}-[\da-f-]{27}/g, 'ID')
    .replaceAll('args:[] ', 'args:() ');
}
