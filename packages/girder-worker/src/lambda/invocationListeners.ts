import type { BackendConnection } from '../connections/connections.ts';
import type { Log } from '../events/log.ts';
import type { TaskEvents } from '../events/taskEvents.ts';
import type { InvocationSignal } from '../system/invocationSignal.ts';
import { nodeSystem } from '../system/nodeSystem.ts';

/** Collects what it learns of the runs of an invocation, and writes it before the handler returns. */
export interface InvocationListener {
  readonly events: TaskEvents;
  /** Never rejects, and takes no longer than `limitMs`. */
  flush(limitMs: number): Promise<void>;
}

export interface InvocationListenersOptions {
  readonly backend: BackendConnection;
  readonly log: Log;
  /** Whether metrics are written for CloudWatch. */
  readonly hasMetrics: boolean;
  /** Whether the function consumes dead letters. */
  readonly consumesDeadLetters: boolean;
  /** Ends the requests of an invocation that is over. */
  readonly invocation: InvocationSignal;
}

/** The longest that the writes of all listeners may take, and what they leave of the invocation for the answer to Lambda. */
const flushMs = { max: 1000, margin: 100 };

/**
 * How long the record of a run waits for the other runs of its invocation. Most invocations are shorter; in a longer one, the runs that have ended
 * are seen while the others go on, and are not lost if the invocation is killed.
 */
const recordWaitMs = 10_000;

/** Resolves to the listeners that the environment asks for. The code of the others is not loaded. */
export async function connectInvocationListeners(
  options: InvocationListenersOptions,
): Promise<readonly InvocationListener[]> {
  const [history, metrics] = await Promise.all([connectRecorder(options), connectMetrics(options)]);
  return [...history, ...metrics];
}

async function connectRecorder(options: InvocationListenersOptions): Promise<readonly InvocationListener[]> {
  const { backend, log, invocation } = options;
  const { history } = backend;
  if (!history) return [];
  const { connectHistory } = await import('../history/dynamodb/connectHistory.ts');
  const { createRecorder } = await import('../history/recorder.ts');
  return [
    createRecorder({
      history: connectHistory(backend, history, invocation),
      log,
      system: nodeSystem,
      waitMs: recordWaitMs,
    }),
  ];
}

async function connectMetrics(options: InvocationListenersOptions): Promise<readonly InvocationListener[]> {
  const { hasMetrics, consumesDeadLetters, log } = options;
  if (!hasMetrics) return [];
  const { createFunctionMetrics } = await import('./functionMetrics.ts');
  const metrics = await createFunctionMetrics({
    ...{ env: process.env, hasQueueTime: !consumesDeadLetters, log, system: nodeSystem },
  });
  return metrics ? [metrics] : [];
}

/** Resolves when all listeners have written what they know, or shortly before the end of the invocation. */
export async function flushAll(listeners: readonly InvocationListener[], deadlineMs: number): Promise<void> {
  const limitMs = Math.max(0, Math.min(flushMs.max, deadlineMs - flushMs.margin - nodeSystem.now()));
  await Promise.all(listeners.map((listener) => listener.flush(limitMs)));
}
