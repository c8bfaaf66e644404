import { loadConnections } from 'girder-worker/internal/aws';
import { connectStack } from '../../dashboard/server/connectStack.ts';
import { type Dashboard, startDashboard } from '../../dashboard/server/startDashboard.ts';
import type { TaskLog } from '../../dashboard/server/taskLog.ts';
import type { Emulators } from '../../local/emulators/emulators.ts';
import { celeryUrls, isolatedVariables } from '../../local/emulators/variables.ts';
import { historyTableName, tableName } from '../../local/localDispatcher.ts';
import { defaultDashboardPort } from './dashboardPort.ts';

/** Starts the dashboard of the local stack, with actions. Without a port, it takes the default one, or a free one where that is taken. */
export async function startLocalDashboard(
  emulators: Emulators,
  queues: readonly string[],
  port: number | undefined,
  taskLog: TaskLog,
): Promise<Dashboard> {
  const { broker, backend } = celeryUrls(emulators, tableName);
  const env = isolatedVariables(process.env, {
    GIRDER_WORKER_BROKER: broker,
    GIRDER_WORKER_BACKEND: backend,
    GIRDER_WORKER_HISTORY_TABLE: historyTableName,
  });
  const stack = connectStack({
    ...{ env, connections: loadConnections(env), queues, maxTasks: 100_000, hasActions: true, taskLog },
  });
  if (port !== undefined) return startDashboard(stack, { port });
  return startDashboard(stack, { port: defaultDashboardPort }).catch((error: Error) => {
    if (isPortTaken(error)) return startDashboard(stack, { port: 0 });
    throw error;
  });
}

function isPortTaken({ cause }: Error): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
}
