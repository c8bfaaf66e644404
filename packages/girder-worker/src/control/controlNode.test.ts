import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulators, startEmulators } from '../../../girder-worker-dev/src/local/emulators/emulators.ts';
import {
  createQueue,
  createResultTable,
  localSqsClient,
} from '../../../girder-worker-dev/src/local/emulators/resources.ts';
import { isolatedVariables, stackVariables } from '../../../girder-worker-dev/src/local/emulators/variables.ts';
import { isBuiltin } from '../canvas/continuations/builtinTasks.ts';
import { type Connections, loadConnections } from '../connections/connections.ts';
import { withPythonNames } from '../message/controlReply.ts';
import type { Registry } from '../registry/registry.ts';
import type { Claim, ResultStore } from '../store/resultStore.ts';
import { stampRevocationKey } from '../store/stampKeys.ts';
import type { ClaimedRequest } from '../store/taskScan.ts';
import { connectControl } from './connectControl.ts';
import { type ControlNode, createControlNode } from './controlNode.ts';
import type { ControlDeps } from './deps.ts';

const node = 'girder-worker@test';
const entry = { plugin: 'p@1', parameters: { positional: [] }, load: () => undefined };
const registry: Registry = {
  settings: { taskTimeLimit: 300 },
  tasks: {
    'lab.add': { ...entry, options: { maxRetries: 5, queue: 'quick' } },
    'lab.plain': { ...entry, options: {} },
  },
};

let emulators: Emulators;
let connections: Connections;
let deps: ControlDeps;
let control: ControlNode;
const warnings: string[] = [];

beforeAll(async () => {
  emulators = await startEmulators();
  const sqs = localSqsClient(emulators.sqsEndpoint);
  await createQueue(sqs, { name: 'celery', visibilityTimeoutSeconds: 30, maxReceiveCount: 3 });
  sqs.destroy();
  await createResultTable(emulators.dynamodbEndpoint, 'celery');
  const env = isolatedVariables({}, { ...stackVariables(emulators, 'celery'), GIRDER_WORKER_NODE_NAME: node });
  connections = loadConnections(env);
  deps = connectControl(connections, { registry, warn: (text) => warnings.push(text) });
  control = createControlNode(deps);
});
afterAll(() => emulators.stop());

function command(method: string, args = {}, addressing = {}): Promise<unknown> {
  const toAllNodes = { destination: null, pattern: null, matcher: null, replyTo: null };
  return control({ method, arguments: args, ...toAllNodes, ...addressing });
}

const request: ClaimedRequest = {
  args: [5, { camelCase: 1 }],
  kwargs: { maxCount: { innerName: 2 } },
  acknowledged: true,
  deliveryInfo: { exchange: '', routingKey: 'second', priority: 0, redelivered: false },
};

/** Claims a task for a minute, and lets it store a state. */
async function begin(id: string, hostname = node, more: Partial<Claim> = {}): Promise<void> {
  const { connectStore } = await import('../store/dynamodb/connectStore.ts');
  const store = connectStore(connections.backend);
  const worker = { pid: 7, hostname };
  const claim = { id, owner: 'me', leaseEndMs: Date.now() + 60_000, epoch: 0, worker, ignoreResult: false, ...more };
  expect(await store.claim(claim)).toMatchObject({ kind: 'claimed' });
  await store.updateState(claim, 'PROGRESS', '{"current": 1}', { group: null, parentId: null });
}

describe('revoke', () => {
  test('revokes one id or many, and names them in the reply', async () => {
    expect(await command('revoke', { taskId: 'one' })).toEqual({ ok: "tasks {'one'} flagged as revoked" });
    expect(await command('revoke', { taskId: ['two', 'three'] })).toEqual({
      ok: "tasks {'two', 'three'} flagged as revoked",
    });
    expect(await command('revoked')).toEqual(expect.arrayContaining(['one', 'two', 'three']));
  });

  test('with terminate names the tasks that were running', async () => {
    await begin('running');
    expect(await command('revoke', { taskId: ['running', 'idle'], terminate: true })).toEqual({
      ok: 'terminate: running',
    });
    expect(await command('terminate', { taskId: 'idle', signal: 'KILL' })).toEqual({ ok: 'terminate: tasks unknown' });
    expect(await command('revoked')).toEqual(expect.arrayContaining(['running', 'idle']));
  });

  test('revokes each of hundreds of ids', async () => {
    const ids = Array.from({ length: 250 }, (_, index) => `many-${index}`);
    await command('revoke', { taskId: ids });
    expect(await command('revoked')).toEqual(expect.arrayContaining(ids));
  });

  test.each([{}, { taskId: [] }, { taskId: null }])(
    'answers the arguments %j with an error that names "task_id"',
    async (args) => {
      expect(await command('revoke', args)).toEqual({ error: expect.stringContaining('"task_id"') });
    },
  );
});

describe('revoke_by_stamped_headers', () => {
  test.each([
    ['a dict', { trace: ['t-1', 't-2'] }],
    ['the form of Celery’s command line', ['trace=t-1', 'trace=t-2']],
  ])('stores a revocation key per stamp, given as %s, which is not listed as a task', async (_how, headers) => {
    expect(await command('revoke_by_stamped_headers', { headers })).toMatchObject({
      ok: expect.stringMatching(/^headers/),
    });
    const key = stampRevocationKey('trace', 't-2', 'revoked');
    expect(await (deps.store as ResultStore).findStampRevocations([key])).toEqual(new Map([[key, 'revoked']]));
    expect(JSON.stringify(await command('revoked'))).not.toContain('stamp');
  });

  test('answers headers that are not stamps with an error', async () => {
    const error = { error: expect.stringContaining('"headers"') };
    expect(await command('revoke_by_stamped_headers', { headers: ['trace'] })).toEqual(error);
    expect(await command('revoke_by_stamped_headers')).toEqual(error);
  });
});

describe('inspecting tasks:', () => {
  test('active lists a running task with all keys of Celery’s replies, also after it has stored a state', async () => {
    await begin('active-one', node, { task: 'lab.add', request });
    const reply = (await command('active')) as { readonly id: string }[];
    const task = reply.find(({ id }) => id === 'active-one');
    expect(withPythonNames(task)).toEqual({
      ...{ id: 'active-one', name: 'lab.add', type: 'lab.add', args: request.args, kwargs: request.kwargs },
      ...{ hostname: node, worker_pid: 7, time_start: expect.any(Number), acknowledged: true },
      delivery_info: { exchange: '', routing_key: 'second', priority: 0, redelivered: false },
    });
    expect(await command('dump_active')).toEqual(await command('active'));
    expect(await command('query_task', { ids: ['active-one', 'nobody'] })).toEqual(
      new Map([['active-one', ['active', task]]]),
    );
  });

  test('the arguments of a task are null if its claim has not stored them', async () => {
    await begin('without-request');
    expect(await command('query_task', { ids: ['without-request'] })).toMatchObject(
      new Map([['without-request', ['active', expect.objectContaining({ args: null, kwargs: null })]]]),
    );
  });

  test('active leaves out tasks of other nodes, but query_task finds them', async () => {
    await begin('of-another', 'girder-worker@elsewhere');
    const task = expect.objectContaining({ id: 'of-another' });
    expect(await command('active')).not.toContainEqual(task);
    expect(await command('query_task', { ids: 'of-another' })).toEqual(new Map([['of-another', ['active', task]]]));
  });

  test('a task that was revoked before it arrived is ready, not active', async () => {
    await command('revoke', { taskId: 'early' });
    expect(await command('query_task', { ids: 'early' })).toEqual(
      new Map([['early', ['ready', expect.objectContaining({ id: 'early', hostname: null })]]]),
    );
    expect(await command('active')).not.toContainEqual(expect.objectContaining({ id: 'early' }));
  });

  test('reserved is always empty, and scheduled is empty without a retry', async () => {
    expect(await command('reserved')).toEqual([]);
    expect(await command('scheduled')).toEqual([]);
  });
});

describe('registered', () => {
  test('lists the tasks with those of the requested attributes that are not None, as Celery does', async () => {
    expect(await command('registered')).toEqual(['lab.add', 'lab.plain']);
    const registered = (...taskinfoitems: string[]) => command('registered', { taskinfoitems });
    expect(await registered('name')).toEqual(['lab.add [name=lab.add]', 'lab.plain [name=lab.plain]']);
    expect(await registered('queue')).toEqual(['lab.add [queue=quick]', 'lab.plain']);
    expect(await registered('max_retries', 'ignore_result', 'time_limit', 'nothing', '_app', 'max_retries')).toEqual([
      'lab.add [max_retries=5 ignore_result=False time_limit=300]',
      'lab.plain [max_retries=3 ignore_result=False time_limit=300]',
    ]);
  });

  test('lists Celery’s own tasks, too, if they are requested', async () => {
    const names = (await command('registered', { builtins: true })) as string[];
    const builtins = ['accumulate', 'chain', 'chord', 'chunks', 'group', 'map', 'starmap'].map(
      (name) => `celery.${name}`,
    );
    expect(names).toEqual([...builtins, 'lab.add', 'lab.plain']);
    expect(builtins.every(isBuiltin)).toBe(true);
  });

  test('rejects without a registry, with a command that reads one', async () => {
    const client = createControlNode({ ...deps, registry: undefined });
    const toAllNodes = { destination: null, pattern: null, matcher: null, replyTo: null };
    await expect(client({ method: 'registered', arguments: {}, ...toAllNodes })).rejects.toThrow(
      'girder-worker inspect',
    );
  });
});

test('active_queues lists the queue with all keys of Kombu’s queues', async () => {
  expect(withPythonNames(await command('active_queues'))).toEqual([
    {
      ...{ name: 'celery', routing_key: 'celery', alias: null, bindings: [], binding_arguments: null },
      ...{ queue_arguments: null, consumer_arguments: null, durable: true, exclusive: false, auto_delete: false },
      ...{ no_ack: false, no_declare: null, expires: null, message_ttl: null },
      ...{ max_length: null, max_length_bytes: null, max_priority: null },
      exchange: {
        ...{ name: 'celery', type: 'direct', arguments: null, durable: true, passive: false },
        ...{ auto_delete: false, delivery_mode: null, no_declare: false },
      },
    },
  ]);
});

test('conf returns the settings of the plugins, with the defaults only if requested', async () => {
  expect(await command('conf')).toEqual({
    taskTimeLimit: 300,
    brokerUrl: 'sqs://',
    resultBackend: 'dynamodb://@us-east-1/celery',
  });
  expect(await command('conf', { withDefaults: true })).toMatchObject({
    taskTimeLimit: 300,
    taskDefaultQueue: 'celery',
  });
});

test('stats returns the depth of each queue and of its dead letters', async () => {
  const empty = { ready: 0, inFlight: 0, delayed: 0 };
  expect(await command('stats')).toMatchObject({
    queues: [{ name: 'celery', ...empty, deadLetters: { name: 'celery-dead-letters', ...empty } }],
  });
});

describe('a command', () => {
  test('that is addressed to other nodes is not executed', async () => {
    expect(await command('revoke', { taskId: 'spared' }, { destination: ['celery@other'] })).toBe(undefined);
    expect(await command('query_task', { ids: 'spared' })).toEqual(new Map());
  });

  test.each(['pool_grow', 'shutdown', 'add_consumer', 'cancel_consumer', 'rate_limit', 'time_limit', 'enable_events'])(
    '%s that is not supported is answered with the reason and an alternative',
    async (method) => {
      expect(await command(method)).toEqual({ error: expect.stringMatching(/^[A-Z].{20,}\.$/) });
    },
  );

  test.each(['frobnicate', 'constructor', '__proto__', 'toString'])(
    'named %s, which does not exist, is answered with an error',
    async (method) => {
      expect(await command(method)).toEqual({ error: `There is no command '${method}'.` });
    },
  );
});

describe('a long-running worker', () => {
  const shutdowns: string[] = [];
  const commandWorker = (method: string) =>
    createControlNode({ ...deps, worker: { concurrency: 7, shutDown: () => shutdowns.push(method) } })({
      ...{ method, arguments: {}, destination: null, pattern: null, matcher: null, replyTo: null },
    });

  test('returns its concurrency in stats', async () => {
    expect(await commandWorker('stats')).toMatchObject({ pool: { 'max-concurrency': 7 } });
  });

  test('shuts down, while a function answers with an error', async () => {
    expect(await commandWorker('shutdown')).toEqual({ ok: 'shutting down' });
    expect(shutdowns).toEqual(['shutdown']);
    expect(await command('shutdown')).toEqual({ error: expect.stringContaining('event source mapping') });
  });

  test('answers commands that change its start options with an error that names the option', async () => {
    expect(await commandWorker('pool_grow')).toEqual({ error: expect.stringContaining('--concurrency') });
    expect(await commandWorker('add_consumer')).toEqual({ error: expect.stringContaining('--queues') });
  });
});

test('no reply was incomplete, as the table is small', () => {
  expect(warnings).toEqual([]);
});
