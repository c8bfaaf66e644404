import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulators, startEmulators } from '../local/emulators/emulators.ts';
import { createQueue, createResultTable, localSqsClient } from '../local/emulators/resources.ts';
import { isolatedVariables, stackVariables } from '../local/emulators/variables.ts';
import type { Registry } from '../registry/registry.ts';
import { stampRevocationKey } from '../store/stampKeys.ts';
import { connectControl } from './connect.ts';
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
let parts: ControlDeps;
let control: ControlNode;
const warnings: string[] = [];

beforeAll(async () => {
  emulators = await startEmulators();
  const sqs = localSqsClient(emulators.sqsEndpoint);
  await createQueue(sqs, { name: 'celery', visibilityTimeoutSeconds: 30, maxReceiveCount: 3 });
  sqs.destroy();
  await createResultTable(emulators.dynamodbEndpoint, 'celery');
  const env = isolatedVariables({}, { ...stackVariables(emulators, 'celery'), GIRDER_WORKER_NODE_NAME: node });
  parts = connectControl(env, { registry, warn: (text) => warnings.push(text) });
  control = createControlNode(parts);
});
afterAll(() => emulators.stop());

function command(method: string, args = {}, addressing = {}): Promise<unknown> {
  const everybody = { destination: null, pattern: null, matcher: null, replyTo: null };
  return control({ method, arguments: args, ...everybody, ...addressing });
}

/** A task that somebody has begun, and holds for a minute. */
async function begin(id: string, hostname = node): Promise<void> {
  const { connectStore } = await import('../store/dynamodb/connectStore.ts');
  const store = connectStore(isolatedVariables({}, stackVariables(emulators, 'celery')));
  const worker = { pid: 7, hostname };
  const claim = { id, owner: 'me', leaseEndMs: Date.now() + 60_000, epoch: 0, worker, ignoreResult: false };
  expect(await store.claim(claim)).toMatchObject({ kind: 'claimed' });
}

describe('revoke', () => {
  test('takes one id or many, and says which', async () => {
    expect(await command('revoke', { taskId: 'one' })).toEqual({ ok: "tasks {'one'} flagged as revoked" });
    expect(await command('revoke', { taskId: ['two', 'three'] })).toEqual({
      ok: "tasks {'two', 'three'} flagged as revoked",
    });
    expect(await command('revoked')).toEqual(expect.arrayContaining(['one', 'two', 'three']));
  });

  test('with terminate names those that were running', async () => {
    await begin('running');
    expect(await command('revoke', { taskId: ['running', 'idle'], terminate: true })).toEqual({
      ok: 'terminate: running',
    });
    expect(await command('terminate', { taskId: 'idle', signal: 'KILL' })).toEqual({ ok: 'terminate: tasks unknown' });
    expect(await command('revoked')).toEqual(expect.arrayContaining(['running', 'idle']));
  });

  test('of hundreds of ids reaches each', async () => {
    const ids = Array.from({ length: 250 }, (_, index) => `many-${index}`);
    await command('revoke', { taskId: ids });
    expect(await command('revoked')).toEqual(expect.arrayContaining(ids));
  });

  test.each([{}, { taskId: [] }, { taskId: null }])('refuses %j', async (args) => {
    expect(await command('revoke', args)).toEqual({ error: expect.stringContaining('"task_id"') });
  });
});

describe('revoke_by_stamped_headers', () => {
  test.each([
    ['as a dict', { trace: ['t-1', 't-2'] }],
    ['as a command line writes them', ['trace=t-1', 'trace=t-2']],
  ])('leaves a mark for each stamp, given %s, and shows none of them as a task', async (_how, headers) => {
    expect(await command('revoke_by_stamped_headers', { headers })).toMatchObject({
      ok: expect.stringMatching(/^headers/),
    });
    expect(await parts.store.revoke(stampRevocationKey('trace', 't-2', 'revoked'), 'revoked')).toBe('final');
    expect(JSON.stringify(await command('revoked'))).not.toContain('stamp');
  });

  test('refuses what are no stamps', async () => {
    const error = { error: expect.stringContaining('"headers"') };
    expect(await command('revoke_by_stamped_headers', { headers: ['trace'] })).toEqual(error);
    expect(await command('revoke_by_stamped_headers')).toEqual(error);
  });
});

describe('what is asked about tasks', () => {
  test('a running one is active, with all keys that Celery tells', async () => {
    await begin('active-one');
    const task = {
      ...{ id: 'active-one', name: null, args: null, kwargs: null, type: null, hostname: node },
      ...{ timeStart: expect.any(Number), acknowledged: false, workerPid: 7 },
      deliveryInfo: { exchange: '', routingKey: 'celery', priority: null, redelivered: null },
    };
    expect(await command('active')).toEqual(expect.arrayContaining([task]));
    expect(await command('dump_active')).toEqual(await command('active'));
    expect(await command('query_task', { ids: ['active-one', 'nobody'] })).toEqual(
      new Map([['active-one', ['active', task]]]),
    );
  });

  test('one that another node runs is for that node to tell, but whoever asks for it by its id is told', async () => {
    await begin('of-another', 'girder-worker@elsewhere');
    const task = expect.objectContaining({ id: 'of-another' });
    expect(await command('active')).not.toContainEqual(task);
    expect(await command('query_task', { ids: 'of-another' })).toEqual(new Map([['of-another', ['active', task]]]));
  });

  test('one that was revoked before it came is ready, and not active', async () => {
    await command('revoke', { taskId: 'early' });
    expect(await command('query_task', { ids: 'early' })).toEqual(
      new Map([['early', ['ready', expect.objectContaining({ id: 'early', hostname: null })]]]),
    );
    expect(await command('active')).not.toContainEqual(expect.objectContaining({ id: 'early' }));
  });

  test('none is reserved, and none scheduled that was not retried', async () => {
    expect(await command('reserved')).toEqual([]);
    expect(await command('scheduled')).toEqual([]);
  });
});

describe('registered', () => {
  test('names the tasks, with the options that were asked for where they have them', async () => {
    expect(await command('registered')).toEqual(['lab.add', 'lab.plain']);
    expect(await command('registered', { taskinfoitems: ['max_retries', 'queue'] })).toEqual([
      'lab.add [max_retries=5 queue=quick]',
      'lab.plain',
    ]);
  });

  test('is refused by who does not know the registry', async () => {
    const client = createControlNode({ ...parts, registry: undefined });
    const everybody = { destination: null, pattern: null, matcher: null, replyTo: null };
    await expect(client({ method: 'registered', arguments: {}, ...everybody })).rejects.toThrow(
      'girder-worker inspect',
    );
  });
});

test('conf tells what the plugins changed, and the defaults when asked', async () => {
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

test('stats tells the depth of each queue and of its dead letters', async () => {
  const empty = { ready: 0, inFlight: 0, delayed: 0 };
  expect(await command('stats')).toMatchObject({
    queues: [{ name: 'celery', ...empty, deadLetters: { name: 'celery-dead-letters', ...empty } }],
  });
});

describe('a command', () => {
  test('that is addressed to others is not carried out', async () => {
    expect(await command('revoke', { taskId: 'spared' }, { destination: ['celery@other'] })).toBe(undefined);
    expect(await command('query_task', { ids: 'spared' })).toEqual(new Map());
  });

  test.each(['pool_grow', 'shutdown', 'add_consumer', 'cancel_consumer', 'rate_limit', 'time_limit', 'enable_events'])(
    '%s is refused, with what to do instead',
    async (method) => {
      expect(await command(method)).toEqual({ error: expect.stringMatching(/^[A-Z].{20,}\.$/) });
    },
  );

  test.each(['frobnicate', 'constructor', '__proto__', 'toString'])('%s is none', async (method) => {
    expect(await command(method)).toEqual({ error: `There is no command '${method}'.` });
  });
});

describe('a long-running worker', () => {
  const shutdowns: string[] = [];
  const commandWorker = (method: string) =>
    createControlNode({ ...parts, worker: { concurrency: 7, shutDown: () => shutdowns.push(method) } })({
      ...{ method, arguments: {}, destination: null, pattern: null, matcher: null, replyTo: null },
    });

  test('tells in its stats how many tasks it runs at once', async () => {
    expect(await commandWorker('stats')).toMatchObject({ pool: { 'max-concurrency': 7 } });
  });

  test('shuts down, other than a function', async () => {
    expect(await commandWorker('shutdown')).toEqual({ ok: 'shutting down' });
    expect(shutdowns).toEqual(['shutdown']);
    expect(await command('shutdown')).toEqual({ error: expect.stringContaining('event source mapping') });
  });

  test('refuses what it is started with, and says with which option', async () => {
    expect(await commandWorker('pool_grow')).toEqual({ error: expect.stringContaining('--concurrency') });
    expect(await commandWorker('add_consumer')).toEqual({ error: expect.stringContaining('--queues') });
  });
});

test('nothing was left out of the answers, as the table is small', () => {
  expect(warnings).toEqual([]);
});
