import {
  type CeleryExporter,
  counterOfState,
  createCeleryExporter,
  gauges,
  type TaskLabels,
} from 'girder-worker/internal/operations';
import type { QueueFigures, RunRow } from '../data.ts';
import type { DashboardStack } from '../server/stack.ts';

/** What celery-exporter has no metric for: Celery's brokers do not tell it. */
const oldest = ['celery_queue_oldest_message_age_seconds', 'The age of the oldest message in the queue.'] as const;
const deadLetters = [
  'celery_queue_dead_letters',
  'The number of messages in the dead-letter queue of the queue.',
] as const;

/** Resolves to the metrics of a stack in Prometheus' text format. */
export type DashboardMetrics = () => Promise<{ readonly text: string; readonly contentType: string }>;

/**
 * Returns the metrics of a stack, with the names of celery-exporter: the runs of the history, of functions and of workers, and its queues. A run is counted once, when it is
 * first seen, so that the counters never fall, although old tasks leave the window.
 */
export function createDashboardMetrics(
  stack: DashboardStack,
  queueFigures: () => Promise<readonly QueueFigures[]>,
): DashboardMetrics {
  const counted = new WeakSet<RunRow>();
  const create = async () => {
    const exporter = await createCeleryExporter();
    return {
      exporter,
      up: exporter.gauge(...gauges.workerUp),
      byQueue: [
        [exporter.gauge(...gauges.queueLength), ({ ready }: QueueFigures) => ready],
        [exporter.gauge(...oldest, 'queue_name'), ({ oldestSeconds }: QueueFigures) => oldestSeconds],
        [exporter.gauge(...deadLetters, 'queue_name'), ({ deadLetters: letters }: QueueFigures) => letters],
      ] as const,
    };
  };
  let created: ReturnType<typeof create> | undefined;

  return async () => {
    created ??= create();
    const [{ exporter, up, byQueue }, figures] = await Promise.all([created, queueFigures(), stack.follower.current()]);
    // A worker that has run nothing in the time of the window is not listed: whether it is there is not known.
    up.reset();
    for (const { runs } of stack.window.all())
      for (const run of runs) {
        up.set({ hostname: labelsOf(run).hostname }, 1);
        if (counted.has(run)) continue;
        counted.add(run);
        countRun(exporter, run);
      }
    for (const [gauge, figureOf] of byQueue)
      for (const figure of figures) {
        const value = figure.fault === null ? figureOf(figure) : null;
        if (value === null) gauge.remove({ queue_name: figure.queue });
        else gauge.set({ queue_name: figure.queue }, value);
      }
    return { text: await exporter.text(), contentType: exporter.contentType };
  };
}

function countRun(exporter: CeleryExporter, run: RunRow): void {
  // A duplicate of a message is not received by Celery's events, either: its task has ended before. A message that waits is received when its eta has come.
  if (run.state === 'DUPLICATE' || run.state === 'SCHEDULED') return;
  const labels = labelsOf(run);
  exporter.count('received', labels);
  if (run.startedMs !== null) exporter.count('started', labels);
  const exception = /^[\w.]+/.exec(run.error ?? '')?.[0] ?? '';
  exporter.count(counterOfState[run.state], labels, exception);
  if (run.state === 'SUCCESS' && run.startedMs !== null)
    exporter.observeRuntime(labels, (run.endedMs - run.startedMs) / 1000);
}

function labelsOf({ task, worker, queue }: RunRow): TaskLabels {
  return { name: task, hostname: worker.slice(worker.indexOf('@') + 1), queue_name: queue };
}
