import type { RunInfo, TaskEvents } from '../events/taskEvents.ts';
import { queueNameOf } from '../message/queueNameOf.ts';
import { counterOfState, createCeleryExporter, gauges, type TaskLabels } from './celeryExporter.ts';

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

/**
 * Returns the metrics of a worker, with the names, labels and buckets of celery-exporter (github.com/danihodovic/celery-exporter), so that its
 * dashboards and alerts work. Rejects if the package `prom-client` is not installed.
 */
export async function createWorkerMetrics(options: WorkerMetricsOptions): Promise<WorkerMetrics> {
  const { node, queues, queueLength, now } = options;
  const exporter = await createCeleryExporter();
  const hostname = node.slice(node.indexOf('@') + 1);
  exporter.gauge(...gauges.workerUp).set({ hostname }, 1);
  const active = exporter.gauge(...gauges.tasksActive);
  active.set({ hostname }, 0);
  const length = exporter.gauge(...gauges.queueLength);

  const running = new Set<RunInfo>();
  const labelsOf = ({ message }: RunInfo): TaskLabels => ({
    name: message.task,
    hostname,
    queue_name: queueNameOf(message),
  });
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
      received: (run) => exporter.count('received', labelsOf(run)),
      started(run) {
        running.add(run);
        active.set({ hostname }, running.size);
        exporter.count('started', labelsOf(run));
      },
      ended(run, outcome, runtimeMs) {
        stop(run);
        const exception = outcome.state === 'FAILURE' ? outcome.failure.type : '';
        exporter.count(counterOfState[outcome.state], labelsOf(run), exception);
        if (outcome.state === 'SUCCESS') exporter.observeRuntime(labelsOf(run), runtimeMs / 1000);
      },
      abandoned: stop,
    },
    contentType: exporter.contentType,
    async render() {
      if (!lengths || now() >= lengths.untilMs) lengths = { untilMs: now() + queueLengthMs, read: readLengths() };
      await lengths.read;
      return exporter.text();
    },
  };
}
