import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTaskClient } from '../../packages/girder-worker/src/client/client.ts';
import { loadConnections } from '../../packages/girder-worker/src/connections/connections.ts';
import { connectStore } from '../../packages/girder-worker/src/store/dynamodb/connectStore.ts';
import { seededRandom } from '../../packages/girder-worker/src/system/seededRandom.ts';
import { App } from '../../packages/girder-worker/src/task/app.ts';
import { localSqsClient } from '../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { sendCanvasLoad } from '../support/canvasLoad.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/deployment.ts';
import { unexpectedResults } from '../support/finalResults.ts';
import { childrenRunning } from '../support/processes.ts';
import { queueDepth } from '../support/queueDepth.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { readRuns, repeatedWithoutDeath, runsVariable } from '../support/taskRuns.ts';
import { startWorkerProcess, type WorkerProcess } from '../support/workerProcess.ts';

/** Another seed by GIRDER_WORKER_TEST_SEED; a failed test names its own. */
const seed = Number(process.env.GIRDER_WORKER_TEST_SEED ?? 14);
const taskCount = 2000;
const kills = 14;
/** Long enough for renewals on a busy machine: a claim that is not renewed is another reason to run a task again. */
const leaseSeconds = 6;
/** Short, because the messages of a killed environment return when the visibility timeout ends, which is 10 s longer. */
const timeoutSeconds = 10;

let stack: Stack;
let folder: TemporaryFolder;
let runsFile: string;
let sqs: SQSClient;
beforeAll(async () => {
  folder = createTemporaryFolder();
  runsFile = join(folder.root, 'runs');
  stack = await startStack({ plugins: ['faulttasks'], timeoutSeconds, env: { [runsVariable]: runsFile } });
  sqs = localSqsClient(stack.emulators.sqsEndpoint);
});
afterAll(async () => {
  sqs?.destroy();
  await stack?.stop();
  folder?.[Symbol.dispose]();
});

test(`${taskCount} tasks with canvas end as expected while workers and functions are killed at random moments (seed ${seed})`, {
  timeout: 150_000,
}, async () => {
  const random = seededRandom(seed);
  const env = { ...stack.env, [runsVariable]: runsFile };
  const options = ['--root', stack.root, '--no-build', '--lease', String(leaseSeconds), '-c', '3', '-l', 'warning'];
  const all: WorkerProcess[] = [];
  const startWorker = () => {
    const worker = startWorkerProcess(env, ...options, '--no-remote-control');
    all.push(worker);
    return worker;
  };
  const workers = [startWorker(), startWorker()];
  const killed = new Set<number>();
  const done = new AbortController();

  /** Kills a worker, which is replaced at once, or an environment of the function, which the next batch replaces. */
  const kill = () => {
    const environments = childrenRunning('lambdaRuntime').filter((pid) => !killed.has(pid));
    const index = Math.floor(random() * (workers.length + 1));
    const pid = workers[index]?.child.pid ?? environments[Math.floor(random() * environments.length)];
    if (pid === undefined) return;
    process.kill(pid, 'SIGKILL');
    killed.add(pid);
    if (workers[index]) workers[index] = startWorker();
  };
  const killing = (async () => {
    while (killed.size < kills) {
      if (!(await sleep(1000 + random() * 2000, true, { signal: done.signal }).catch(() => false))) return;
      kill();
    }
  })();

  try {
    const startMs = performance.now();
    const app = new App(createTaskClient(env));
    const load = await sendCanvasLoad(app, { queue: 'celery', runs: taskCount, random });
    const store = connectStore(loadConnections(env).backend);
    let printedMs = 0;
    const progress = (left: number) => {
      const elapsedMs = performance.now() - startMs;
      if (left > 0 && elapsedMs < printedMs + 5000) return;
      printedMs = elapsedMs;
      console.log(`${Math.round(elapsedMs / 1000)} s: ${left} results are not final, ${killed.size} processes killed`);
    };
    expect(await unexpectedResults(store, load.results, { timeoutMs: 90_000, onProgress: progress })).toEqual([]);
    const dead = () => Promise.all(['celery', 'celery-dead-letters'].map((name) => queueDepth(sqs, urlOf(name))));
    await expect.poll(dead, { timeout: 40_000, interval: 500 }).toEqual([0, 0]);

    const runs = readRuns(runsFile);
    console.log(`${load.runs} runs without a fault, ${runs.length} with the deaths`);
    expect(runs.length).toBeGreaterThan(load.runs); // Some of the deaths ended a running task.
    const log = [...stack.lines, ...all.map((worker) => `worker ${worker.child.pid}\n${worker.text()}`)].join('\n');
    expect(repeatedWithoutDeath(runs, killed), log).toEqual([]);
    const lastPids = new Map(runs.filter(({ task }) => task === 'collects').map(({ id, pid }) => [id, pid]));
    expect([...lastPids.keys()].toSorted()).toEqual(load.bodies.toSorted());
    const errbacks = new Set(runs.filter(({ task }) => task === 'notes_error').map(({ id }) => id));
    expect([...errbacks].toSorted()).toEqual(load.called.toSorted());
    expect(killed.size).toBe(kills);
  } finally {
    done.abort();
    await killing;
    await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()));
  }
});

function urlOf(queue: string): string {
  return `${stack.emulators.sqsEndpoint}/000000000000/${queue}`;
}
