import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTaskClient } from '../../packages/girder-worker/src/client/client.ts';
import { App } from '../../packages/girder-worker/src/task/app.ts';
import { startEmulators } from '../../packages/girder-worker-dev/src/local/emulators/emulators.ts';
import {
  createQueue,
  createResultTable,
  localSqsClient,
} from '../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { isolatedVariables, stackVariables } from '../../packages/girder-worker-dev/src/local/emulators/variables.ts';
import { pythonVenv, requirePython } from '../support/requirements.ts';
import { startTcpProxy } from '../support/tcpProxy.ts';
import { startWorkerProcess } from '../support/workerProcess.ts';
import { createWorkerDeployment } from '../support/workerStack.ts';
import { expectDocument } from './document.ts';
import { pythonEnvironment } from './pythonSession.ts';
import { startPythonWorker } from './pythonWorker.ts';
import { reliabilityDocument } from './reliabilityDocument.ts';
import {
  outageSeconds,
  patientTimeoutSeconds,
  runTraces,
  type TracedSystem,
  visibilityTimeoutSeconds,
} from './reliabilityTraces.ts';
import { latestCelery } from './versions.ts';

type StartWorker = (env: NodeJS.ProcessEnv, emulators: Endpoints) => TracedSystem['startWorker'];
interface Endpoints {
  readonly sqsEndpoint: string;
  readonly dynamodbEndpoint: string;
}

describe.skipIf(!requirePython())(`a worker of Celery ${latestCelery} and girder-worker, when something fails`, () => {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const stops: (() => PromiseLike<unknown>)[] = [];
  let python: string;
  let root: string;
  beforeAll(async () => {
    python = await pythonVenv(latestCelery);
    const deployment = await createWorkerDeployment('workertasks');
    stops.push(async () => deployment[Symbol.dispose]());
    root = deployment.root;
  }, 300_000);
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  /** Emulators of their own, behind proxies, with a table and the queues that the traces use. */
  async function createSystem(start: StartWorker, revoke: 'celery' | 'ours'): Promise<TracedSystem> {
    const emulators = await startEmulators();
    stops.push(() => emulators.stop());
    const ports = [emulators.sqsEndpoint, emulators.dynamodbEndpoint].map((url) => Number(new URL(url).port));
    const proxies = await Promise.all(ports.map((port) => startTcpProxy(port)));
    stops.push(() => Promise.all(proxies.map((proxy) => proxy.stop())));
    const [sqsEndpoint, dynamodbEndpoint] = proxies.map(({ port }) => `http://127.0.0.1:${port}`) as [string, string];
    const sqs = localSqsClient(emulators.sqsEndpoint);
    stops.push(async () => sqs.destroy());
    const settings = { maxReceiveCount: 100, visibilityTimeoutSeconds: patientTimeoutSeconds };
    for (const name of ['patient', 'parked']) await createQueue(sqs, { name, ...settings });
    await createQueue(sqs, { ...settings, name: 'celery', visibilityTimeoutSeconds });
    await createResultTable(emulators.dynamodbEndpoint, 'celery');
    const folder = mkdtempSync(join(tmpdir(), 'reliability-'));
    stops.push(() => rm(folder, { recursive: true }));

    const seen = { ...emulators, sqsEndpoint, dynamodbEndpoint };
    const direct = isolatedVariables(process.env, stackVariables(emulators, 'celery'));
    const app = new App(createTaskClient(direct));
    return {
      ...{ app, sqs, folder, sqsEndpoint: emulators.sqsEndpoint },
      startWorker: start(isolatedVariables(process.env, stackVariables(seen, 'celery')), seen),
      revoke:
        revoke === 'ours' ? (id) => app.control.revoke(id) : await startRevoker(pythonEnvironment(direct, emulators)),
      async interrupt(what) {
        const index = what === 'queue' ? 0 : 1;
        const { port } = proxies[index]!;
        await proxies[index]!.stop();
        await new Promise((resolve) => setTimeout(resolve, outageSeconds * 1000));
        proxies[index] = await startTcpProxy(ports[index]!, port);
      },
    };
  }

  /** Starts Celery's client, and returns the function by which it revokes a task. */
  async function startRevoker(env: NodeJS.ProcessEnv): Promise<(id: string) => Promise<unknown>> {
    const client = spawn(python, ['-u', 'reliability_revoker.py'], {
      cwd: here,
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = once(client, 'exit');
    stops.push(() => {
      client.stdin.end();
      return ended;
    });
    const lines = createInterface({ input: client.stdout })[Symbol.asyncIterator]();
    expect(await lines.next()).toMatchObject({ value: 'ready' });
    return async (id) => {
      client.stdin.write(`${id}\n`);
      expect(await lines.next()).toMatchObject({ value: 'revoked' });
    };
  }

  const celeryWorker: StartWorker = (env, emulators) => async () => {
    const worker = await startPythonWorker(
      python,
      pythonEnvironment(env, emulators),
      ['celery', 'patient'],
      'reliability_worker.py',
    );
    stops.push(() => worker.stop());
    return worker;
  };
  const ourWorker: StartWorker = (env) => async (options) => {
    const lease = options?.willBeKilled ? ['--lease', '3'] : [];
    const args = ['-l', 'info', '--root', root, '--no-build', '-c', '8', '-Q', 'celery,patient', ...lease];
    const worker = startWorkerProcess(env, ...args);
    const stop = () => worker[Symbol.asyncDispose]();
    stops.push(stop);
    await worker.printed(' ready.');
    return { pid: worker.child.pid!, stop: async () => void (await stop()) };
  };

  test('do what docs/reliability.md says', { timeout: 300_000 }, async () => {
    const systems = await Promise.all([
      createSystem(celeryWorker, 'celery'),
      createSystem(celeryWorker, 'celery'),
      createSystem(ourWorker, 'ours'),
    ]);
    const [celeryEarly, celeryLate, ours] = await Promise.all([
      runTraces(systems[0], 'workertasks.at_most_once'),
      runTraces(systems[1], 'workertasks.traced'),
      runTraces(systems[2], 'workertasks.traced'),
    ]);
    expectDocument('reliability.md', reliabilityDocument({ celeryEarly, celeryLate, ours }));
    expect(ours).toEqual({
      killed: { runs: 2, state: 'SUCCESS' },
      slow: { runs: 1, state: 'SUCCESS' },
      revoked: { runs: 0, state: 'REVOKED' },
      chord: { runs: 1, state: 'SUCCESS' },
      tableAway: { runs: 1, state: 'SUCCESS' },
      queueAway: { runs: 1, state: 'SUCCESS' },
    });
  });
});
