import { join } from 'node:path';
import { registryFile } from 'girder-worker/internal/task';
import { buildRegistry } from '../../packages/girder-worker-dev/src/build/registry/buildRegistry.ts';
import { writeRegistry } from '../../packages/girder-worker-dev/src/build/registry/registryFile.ts';
import { type Emulators, startEmulators } from '../../packages/girder-worker-dev/src/local/emulators/emulators.ts';
import { createResultTable } from '../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { isolatedVariables, stackVariables } from '../../packages/girder-worker-dev/src/local/emulators/variables.ts';
import { createDeployment, type TemporaryFolder } from './deployment.ts';
import { startWorkerProcess, type WorkerProcess } from './workerProcess.ts';

/** Everything that long-running workers need, except queues: emulators, a table, and a deployment with its registry. */
export interface WorkerStack {
  readonly emulators: Emulators;
  /** The environment for processes that use the stack. */
  readonly env: NodeJS.ProcessEnv;
  /** The folder of the deployment. */
  readonly root: string;
  /** Starts a worker, and waits until it is ready. */
  startWorker(...args: string[]): Promise<WorkerProcess>;
  stop(): Promise<void>;
}

/** Creates a deployment with these plugins, given by their names in `plugins/` and `test/fixtures/plugins/`, and its registry. */
export async function createWorkerDeployment(...plugins: string[]): Promise<TemporaryFolder> {
  const deployment = createDeployment(plugins);
  const { root } = deployment;
  await writeRegistry(join(root, registryFile), (await buildRegistry({ root })).text);
  return deployment;
}

/** Starts a stack with these plugins, given by their names in `plugins/` and `test/fixtures/plugins/`. */
export async function startWorkerStack(...plugins: string[]): Promise<WorkerStack> {
  const deployment = await createWorkerDeployment(...plugins);
  const { root } = deployment;
  const emulators = await startEmulators();
  await createResultTable(emulators.dynamodbEndpoint, 'celery');
  const env = isolatedVariables(process.env, stackVariables(emulators, 'celery'));
  return {
    ...{ emulators, env, root },
    async startWorker(...args) {
      const worker = startWorkerProcess(env, '-l', 'info', '--root', root, '--no-build', ...args);
      await worker.printed(' ready.');
      return worker;
    },
    async stop() {
      await emulators.stop();
      deployment[Symbol.dispose]();
    },
  };
}
