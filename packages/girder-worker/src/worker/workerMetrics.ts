import type { Counter } from 'prom-client';
import type { RunInfo, TaskEvents } from '../events/taskEvents.ts';
import { queueNameOf } from '../message/queueNameOf.ts';

/** What a worker tells Prometheus. */
export interface WorkerMetrics {
  /** Counts the tasks of the worker. */
  readonly events: TaskEvents;
  /** The media type of `render`'s text. */
  readonly contentType: string;
  /** Resolves to the metrics in Prometheus' text format. Never rejects: without an answer of SQS, the lengths of queues are left out. */
  render(): Promise<string>;
}

export interface WorkerMetricsOptions {
  /** The node name of the worker: `girder-worker@host`. */
  readonly node: string;
  /** Celery's names of its queues. */
  readonly queues: readonly string[];
  /** Resolves to the number of messages of a queue that can be received. */
  readonly queueLength: (queue: string) => Promise<number>;
  readonly now: () => number;
}

/** How long the length of a queue counts, so that scrapes cost a request for each queue in this time at most. */
const queueLengthMs = 10_000;

/** The buckets of the histogram of runtimes, in seconds: those of Prometheus' client for Python, and so of celery-exporter. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

const labelNames = ['name', 'hostname', 'queue_name'] as const;
type Label = (typeof labelNames)[number];

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

/** The counter of a run that has ended; none for one that Celery has no event for. */
const counterOf = {
  SUCCESS: 'succeeded',
  FAILURE: 'failed',
  REJECTED: 'rejected',
  REVOKED: 'revoked',
  RETRY: 'retried',
  REPLACED: undefined,
  IGNORED: undefined,
  RETURNED: undefined,
} as const;

/**
 * Returns the metrics of a worker, with the names, labels and buckets of celery-exporter (github.com/danihodovic/celery-exporter), so that its
 * dashboards and alerts work. Rejects if the package `prom-client` is not installed.
 */
export async function createWorkerMetrics(options: WorkerMetricsOptions): Promise<WorkerMetrics> {
  const { Counter, Gauge, Histogram, Registry } = await import('prom-client');
  const { node, queues, queueLength, now } = options;
  const registry = new Registry();
  const registers = [registry];
  const hostname = node.slice(node.indexOf('@') + 1);
  const counterFor = (name: string, help: string, more: readonly string[] = []) =>
    new Counter({ name: `celery_task_${name}_total`, help, labelNames: [...labelNames, ...more], registers });
  const tasks = Object.fromEntries(
    Object.entries(counters).map(([name, help]) => [
      name,
      counterFor(name, help, name === 'failed' ? ['exception'] : []),
    ]),
  ) as Record<keyof typeof counters, Counter>;
  const runtime = new Histogram({
    ...{ name: 'celery_task_runtime', help: 'Histogram of task runtime measurements.', labelNames, buckets, registers },
  });
  const ofWorker = (name: string, help: string) => new Gauge({ name, help, labelNames: ['hostname'], registers });
  ofWorker('celery_worker_up', 'Indicates if a worker has recently sent a heartbeat.').set({ hostname }, 1);
  const active = ofWorker('celery_worker_tasks_active', 'The number of tasks the worker is currently processing');
  active.set({ hostname }, 0);
  const length = new Gauge({
    ...{
      name: 'celery_queue_length',
      help: 'The number of message in broker queue.',
      labelNames: ['queue_name'],
      registers,
    },
  });

  const running = new Set<RunInfo>();
  const labelsOf = ({ message }: RunInfo): Record<Label, string> => ({
    name: message.task,
    hostname,
    queue_name: queueNameOf(message),
  });
  /** As celery-exporter, makes all counters of the task visible, so that their first rise is one. */
  const count = (counted: keyof typeof counters | undefined, run: RunInfo, exception = ''): void => {
    for (const [name, counter] of Object.entries(tasks)) {
      const labels =
        name === 'failed' ? { ...labelsOf(run), exception: counted === 'failed' ? exception : '' } : labelsOf(run);
      counter.inc(labels, name === counted ? 1 : 0);
    }
  };
  const stop = (run: RunInfo): void => {
    running.delete(run);
    active.set({ hostname }, running.size);
  };

  let lengths: { readonly untilMs: number; readonly read: Promise<void> } | undefined;
  const readLengths = async (): Promise<void> => {
    const read = async (queue: string) => length.set({ queue_name: queue }, await queueLength(queue));
    const answers = await Promise.allSettled(queues.map(read));
    for (const [index, { status }] of answers.entries())
      if (status === 'rejected') length.remove({ queue_name: queues[index]! });
  };

  return {
    events: {
      received: (run) => count('received', run),
      started(run) {
        running.add(run);
        active.set({ hostname }, running.size);
        count('started', run);
      },
      ended(run, outcome, runtimeMs) {
        stop(run);
        count(counterOf[outcome.state], run, outcome.state === 'FAILURE' ? outcome.failure.type : '');
        if (outcome.state === 'SUCCESS') runtime.observe(labelsOf(run), runtimeMs / 1000);
      },
      abandoned: stop,
    },
    contentType: registry.contentType,
    async render() {
      if (!lengths || now() >= lengths.untilMs) lengths = { untilMs: now() + queueLengthMs, read: readLengths() };
      await lengths.read;
      return registry.metrics();
    },
  };
}
