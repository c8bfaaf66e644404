import { fileURLToPath } from 'node:url';
import { loadConnections } from '../../../packages/girder-worker/src/connections/connections.ts';
import { connectStack } from '../../../packages/girder-worker-dev/src/dashboard/server/connectStack.ts';
import { startDashboard } from '../../../packages/girder-worker-dev/src/dashboard/server/startDashboard.ts';
import { startServerProcess } from '../../support/serverProcess.ts';
import { type Stack, startStack } from '../../support/stack.ts';
import { installPython } from '../pythonVenv.ts';

/** What a script sees of Flower, or of the dashboard in its place. */
export interface Side {
  readonly url: string;
  /** The header `Authorization`: the password of any user. */
  readonly authorization: string;
  readonly log: () => string;
  stop(): Promise<void>;
}

const here = fileURLToPath(new URL('.', import.meta.url));

/** The release of Flower that the dashboard is compared with. */
export const flowerVersion = '2.2.0';

/** Starts a real Flower that watches a real Celery worker on a real Redis. */
export async function startFlower(): Promise<Side> {
  const packages = [`flower==${flowerVersion}`, 'celery[redis]==5.7.0'];
  const python = await installPython(`flower-${flowerVersion}`, `${here}constraints.txt`, packages);
  const password = crypto.randomUUID();
  const server = await startServerProcess(python, ['-u', `${here}flower_stack.py`, password]);
  return { ...sideOf(server.port, password), log: server.log, stop: server.stop };
}

/** Starts the dashboard of a local stack that runs the same tasks. */
export async function startOurs(): Promise<Side> {
  const stack: Stack = await startStack({ plugins: ['labtasks'], history: true });
  const env = { ...stack.env, GIRDER_WORKER_HISTORY_TABLE: 'celery-history' };
  const dashboard = await startDashboard(
    connectStack({
      ...{ env, connections: loadConnections(env), queues: ['celery'], maxTasks: 1000 },
      hasActions: true,
    }),
    { port: 0 },
  );
  const { port, searchParams } = new URL(dashboard.url);
  return {
    ...sideOf(Number(port), searchParams.get('token')!),
    log: () => stack.lines.slice(-40).join('\n'),
    async stop() {
      await dashboard.stop();
      await stack.stop();
    },
  };
}

function sideOf(port: number, password: string): Pick<Side, 'url' | 'authorization'> {
  const credentials = Buffer.from(`user:${password}`).toString('base64');
  return { url: `http://127.0.0.1:${port}/api`, authorization: `Basic ${credentials}` };
}
