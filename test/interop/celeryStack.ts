import { type Emulators, startEmulators } from '../../packages/girder-worker-dev/src/local/emulators/emulators.ts';
import {
  createQueue,
  createResultTable,
  localSqsClient,
} from '../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { isolatedVariables, stackVariables } from '../../packages/girder-worker-dev/src/local/emulators/variables.ts';
import { pythonEnvironment } from './pythonSession.ts';
import { type PythonWorker, startPythonWorker } from './pythonWorker.ts';

/** Emulators with a queue and a table, and a real Celery worker instead of the dispatcher. */
export interface CeleryStack {
  readonly emulators: Emulators;
  /** The environment for Python and Node processes that use the stack. */
  readonly env: NodeJS.ProcessEnv;
  readonly worker: PythonWorker;
  stop(): Promise<void>;
}

/** `more` are further environment variables of the processes; `program` is that of the worker. */
export async function startCeleryStack(
  python: string,
  { more = {}, program }: { readonly more?: NodeJS.ProcessEnv; readonly program?: string } = {},
): Promise<CeleryStack> {
  const emulators = await startEmulators();
  const sqs = localSqsClient(emulators.sqsEndpoint);
  await createQueue(sqs, { name: 'celery', visibilityTimeoutSeconds: 1800, maxReceiveCount: 10 });
  sqs.destroy();
  await createResultTable(emulators.dynamodbEndpoint, 'celery');
  const variables = isolatedVariables(process.env, stackVariables(emulators, 'celery'));
  const env = { ...pythonEnvironment(variables, emulators), ...more };
  const worker = await startPythonWorker(python, env, ['celery'], program);
  return {
    emulators,
    env,
    worker,
    async stop() {
      await worker.stop();
      await emulators.stop();
    },
  };
}
