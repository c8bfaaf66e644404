import type { Counter, Gauge } from 'prom-client';

/** The metrics of celery-exporter (github.com/danihodovic/celery-exporter), in Prometheus' text format. */
export interface CeleryExporter {
  /** The media type of `text`. */
  readonly contentType: string;
  /** Counts a task. `undefined` counts nothing: it makes the counters of the task visible. `exception` is the type of a failure. */
  count(counter: CeleryCounter | undefined, labels: TaskLabels, exception?: string): void;
  /** Adds the runtime of a task that succeeded. */
  observeRuntime(labels: TaskLabels, seconds: number): void;
  /** Returns a gauge with one label, which is registered by that. */
  gauge<Label extends string>(name: string, help: string, label: Label): Gauge<Label>;
  text(): Promise<string>;
}

/** The labels of the counters and of the histogram. `hostname` is the worker's, without the name before `@`. */
export interface TaskLabels {
  readonly name: string;
  readonly hostname: string;
  readonly queue_name: string;
}

export type CeleryCounter = keyof typeof counters;

const labelNames = ['name', 'hostname', 'queue_name'] as const satisfies (keyof TaskLabels)[];

/** The counters that celery-exporter keeps of Celery's events, without those of clients; with its help texts. */
const counters = {
  received: 'Sent when the worker receives a task.',
  started: 'Sent just before the worker executes the task.',
  succeeded: 'Sent if the task executed successfully.',
  failed: 'Sent if the execution of the task failed.',
  rejected: 'The task was rejected by the worker, possibly to be re-queued or moved to a dead letter queue.',
  revoked: 'Sent if the task has been revoked.',
  retried: 'Sent if the task failed, but will be retried in the future.',
} as const;

/** The gauges of celery-exporter that have a counterpart here, with its help texts. */
export const gauges = {
  workerUp: ['celery_worker_up', 'Indicates if a worker has recently sent a heartbeat.', 'hostname'],
  tasksActive: ['celery_worker_tasks_active', 'The number of tasks the worker is currently processing', 'hostname'],
  queueLength: ['celery_queue_length', 'The number of message in broker queue.', 'queue_name'],
} as const;

/** The counter of a run that has ended in a state; none for a state that Celery has no event for. */
export const counterOfState: Readonly<Partial<Record<string, CeleryCounter>>> = {
  SUCCESS: 'succeeded',
  FAILURE: 'failed',
  REJECTED: 'rejected',
  REVOKED: 'revoked',
  RETRY: 'retried',
};

/** The buckets of the histogram of runtimes, in seconds: those of Prometheus' client for Python, and so of celery-exporter. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** Resolves to metrics without values. Rejects if the package `prom-client` is not installed. */
export async function createCeleryExporter(): Promise<CeleryExporter> {
  const { Counter, Gauge, Histogram, Registry } = await import('prom-client');
  const registry = new Registry();
  const registers = [registry];
  const counterFor = (name: string, help: string) => {
    const more = name === 'failed' ? ['exception'] : [];
    return new Counter({ name: `celery_task_${name}_total`, help, labelNames: [...labelNames, ...more], registers });
  };
  const tasks = Object.fromEntries(
    Object.entries(counters).map(([name, help]) => [name, counterFor(name, help)]),
  ) as Record<CeleryCounter, Counter>;
  const runtime = new Histogram({
    ...{ name: 'celery_task_runtime', help: 'Histogram of task runtime measurements.', labelNames, buckets, registers },
  });
  return {
    contentType: registry.contentType,
    // As celery-exporter, makes all counters of the task visible, so that their first rise is one.
    count(counted, labels, exception = '') {
      for (const [name, counter] of Object.entries(tasks)) {
        const more = name === 'failed' ? { exception: counted === 'failed' ? exception : '' } : {};
        counter.inc({ ...labels, ...more }, name === counted ? 1 : 0);
      }
    },
    observeRuntime: (labels, seconds) => runtime.observe({ ...labels }, seconds),
    gauge: (name, help, label) => new Gauge({ name, help, labelNames: [label], registers }),
    text: () => registry.metrics(),
  };
}
