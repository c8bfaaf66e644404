import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { createTaskClient } from '../packages/girder-worker/src/client/client.ts';
import { loadConnections } from '../packages/girder-worker/src/connections/connections.ts';
import { connectStore } from '../packages/girder-worker/src/store/dynamodb/connectStore.ts';
import type { ResultStore } from '../packages/girder-worker/src/store/resultStore.ts';
import { App } from '../packages/girder-worker/src/task/app.ts';
import { startEmulators } from '../packages/girder-worker-dev/src/local/emulators/emulators.ts';
import {
  createQueue,
  createResultTable,
  localSqsClient,
} from '../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { isolatedVariables, stackVariables } from '../packages/girder-worker-dev/src/local/emulators/variables.ts';
import { queueDepth } from '../test/support/queueDepth.ts';
import { startWorkerProcess } from '../test/support/workerProcess.ts';
import { bundleDeployment } from './support/deployment.ts';
import { table } from './support/function.ts';
import { residentMib } from './support/processes.ts';
import { spreadOf } from './support/spread.ts';
import type { BenchOptions, Figure, Findings, Subject } from './support/subject.ts';

const sizes = { tasks: 20_000, revocations: 10_000, members: 10_000 };
/** With `--quick`, a part of them. */
const quickPart = 1 / 20;
const queue = 'celery';
const concurrency = 4;

/** The memory is read when so many parts of the tasks have ended. The first part is for V8 to compile the code. */
const parts = 4;

export const load: Subject = {
  name: 'load',
  title: 'Large numbers of tasks, of revocations and of members of a chord, on one worker and the local stack',
  async measure({ quick }: BenchOptions): Promise<Findings> {
    const size = (count: number) => (quick ? count * quickPart : count);
    using deployment = await bundleDeployment();
    const emulators = await startEmulators();
    await createResultTable(emulators.dynamodbEndpoint, table);
    const env = isolatedVariables(process.env, stackVariables(emulators, table));
    const sqs = localSqsClient(emulators.sqsEndpoint);
    const { url } = await createQueue(sqs, { name: queue, visibilityTimeoutSeconds: 300, maxReceiveCount: 10 });
    const root = dirname(dirname(deployment.handlerFile));
    const options = ['--root', root, '--no-build', '-Q', queue, '-c', String(concurrency), '-l', 'warning'];
    await using worker = startWorkerProcess(env, ...options);
    const given: Given = {
      app: new App(createTaskClient(env)),
      store: connectStore(loadConnections(env).backend),
      sqs,
      url,
    };
    try {
      const memory = () => residentMib(worker.child.pid!);
      const figures = [
        ...(await shortTasks(given, size(sizes.tasks), memory)),
        ...(await largeChord(given, size(sizes.members), memory)),
        ...(await revokedTasks(given, size(sizes.revocations), memory)),
      ];
      return {
        figures,
        notes: [
          `girder-worker worker -c ${concurrency}; the tasks are noops. Client, worker and emulators share the machine.`,
        ],
      };
    } finally {
      sqs.destroy();
      await emulators.stop();
    }
  },
};

interface Given {
  readonly app: App;
  readonly store: Pick<ResultStore, 'readMany'>;
  readonly sqs: SQSClient;
  readonly url: string;
}

async function shortTasks(given: Given, count: number, memory: () => number): Promise<Figure[]> {
  const { group, signature } = given.app.canvas;
  const residents: Figure[] = [];
  const startMs = performance.now();
  for (let part = 1; part <= parts; part++) {
    await group(Array.from({ length: count / parts }, () => signature('benchtasks.noop'))).applyAsync();
    await drained(given);
    residents.push(figure(`worker after ${(count / parts) * part} tasks`, 'MiB resident', memory()));
  }
  const perSecond = count / secondsSince(startMs);
  return [figure(`${count} short tasks`, 'tasks/s', perSecond), ...residents];
}

/** Revokes tasks before they are sent, and reads the state of each when the queue is empty. */
async function revokedTasks(given: Given, count: number, memory: () => number): Promise<Figure[]> {
  const { app, store } = given;
  const ids = Array.from({ length: count }, () => crypto.randomUUID());
  const startMs = performance.now();
  await app.control.revoke(ids);
  const revokedPerSecond = count / secondsSince(startMs);
  const sentMs = performance.now();
  const { group, signature } = app.canvas;
  await group(ids.map((taskId) => signature('benchtasks.noop', { taskId }))).applyAsync();
  await drained(given);
  const refusedPerSecond = count / secondsSince(sentMs);
  let revoked = 0;
  for (let from = 0; from < count; from += 100) {
    const results = await store.readMany(ids.slice(from, from + 100));
    for (const { state } of results.values()) if (state === 'REVOKED') revoked += 1;
  }
  return [
    figure(`${count} revocations by one client`, 'revocations/s', revokedPerSecond),
    figure(`${count} revoked tasks`, 'tasks/s', refusedPerSecond),
    figure('tasks of these that are REVOKED', 'tasks', revoked, String(count)),
    figure('worker after the revoked tasks', 'MiB resident', memory()),
  ];
}

async function largeChord(given: Given, members: number, memory: () => number): Promise<Figure[]> {
  const { chord, signature } = given.app.canvas;
  const header = Array.from({ length: members }, (_, index) => signature('benchtasks.echo', { args: [index] }));
  const startMs = performance.now();
  const result = await chord(header, signature('benchtasks.counts')).applyAsync();
  const sentSeconds = secondsSince(startMs);
  const counted = await result.get({ timeoutMs: 900_000 });
  const seconds = secondsSince(startMs);
  await drained(given);
  if (JSON.stringify(counted) !== JSON.stringify([members, true]))
    throw new Error(`The body of the chord got ${JSON.stringify(counted)}.`);
  return [
    figure(`chord of ${members} members: until it is sent`, 's', sentSeconds),
    figure(`chord of ${members} members: until its body has the results, in order`, 's', seconds),
    figure('worker after the chord', 'MiB resident', memory()),
  ];
}

/** Resolves when no message is left. */
async function drained({ sqs, url }: Given): Promise<void> {
  while ((await queueDepth(sqs, url)) > 0) await sleep(250);
}

function figure(name: string, unit: string, value: number, target?: string): Figure {
  process.stderr.write(`  ${name}: ${value.toPrecision(3)} ${unit}\n`); // The whole takes minutes.
  return { name, unit, spread: spreadOf([value]), ...(target !== undefined && { target }) };
}

function secondsSince(startMs: number): number {
  return (performance.now() - startMs) / 1000;
}
