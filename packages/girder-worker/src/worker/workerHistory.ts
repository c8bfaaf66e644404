import type { BackendConnection } from '../connections/connections.ts';
import type { Log } from '../events/log.ts';
import type { TaskEvents } from '../events/taskEvents.ts';
import { nodeSystem } from '../system/nodeSystem.ts';

/** The records of a long-running worker, which has no invocations. */
export interface WorkerHistory {
  readonly events: TaskEvents;
  /** Stores the last records. Never rejects. */
  stop(): Promise<void>;
}

/** Records are stored after this time at the latest, or when there are so many. */
const waitMs = 1000;
const batchSize = 50;

/** The longest that the last write may take. */
const limitMs = 5000;

/** Resolves to the history of a worker; to undefined, and loads nothing, if the environment names no table for it. */
export async function startWorkerHistory(backend: BackendConnection, log: Log): Promise<WorkerHistory | undefined> {
  const { history } = backend;
  if (!history) return undefined;
  const { connectHistory } = await import('../history/dynamodb/connectHistory.ts');
  const { createRecorder } = await import('../history/recorder.ts');
  const { events, flush } = createRecorder({
    ...{ history: connectHistory(backend, history), log, system: nodeSystem, waitMs, batchSize },
  });
  return { events, stop: () => flush(limitMs) };
}
