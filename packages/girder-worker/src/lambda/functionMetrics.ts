import type { Metrics } from '@aws-lambda-powertools/metrics';
import type { Log } from '../events/log.ts';
import type { RunInfo, TaskEvents } from '../events/taskEvents.ts';
import type { System } from '../system/system.ts';

/** The metrics of the runs of an invocation, which CloudWatch reads from the log of the function. */
export interface FunctionMetrics {
  readonly events: TaskEvents;
  /** Writes what has been counted since the last call. Never rejects. */
  flush(): Promise<void>;
}

export interface FunctionMetricsOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Whether the messages come from a queue of tasks: the time that a dead letter has spent in queues tells nothing about them. */
  readonly hasQueueTime: boolean;
  readonly log: Log;
  readonly system: Pick<System, 'now'>;
}

/** The metric of a run that has ended; none for one whose task goes on, or has ended without a result. */
const counterOf = {
  SUCCESS: 'TasksSucceeded',
  FAILURE: 'TasksFailed',
  REJECTED: 'TasksRejected',
  REVOKED: 'TasksRevoked',
  RETRY: 'TasksRetried',
  REPLACED: undefined,
  IGNORED: undefined,
  RETURNED: undefined,
} as const;

type Counter = 'TasksReceived' | NonNullable<(typeof counterOf)[keyof typeof counterOf]>;

/** What was counted for tasks of one name since the last flush. */
interface Counted {
  readonly counts: Map<Counter, number>;
  readonly runtimesMs: number[];
  readonly queueTimesMs: number[];
}

/** The most names of tasks of one flush: each is a line of the log. The tasks of further names are counted together. */
const maxNames = 50;

/** The most values of a metric in one line. CloudWatch takes 100, and Powertools writes a line by itself when it has as many. */
const maxValues = 99;

/** What stands for names that are no names of registered tasks. Any sender can invent them, and CloudWatch charges for each. */
const unregistered = 'unregistered';
const others = 'others';

/** Without Powertools' own variables. */
const defaults = { namespace: 'GirderWorker', service: 'girder-worker' } as const;

/**
 * Returns the metrics, in CloudWatch's embedded metric format: lines on stdout, and no request. Their dimensions are `service`, and `service` with `task`.
 * Resolves to undefined, and logs why, if the package `@aws-lambda-powertools/metrics` is not installed.
 */
export async function createFunctionMetrics(options: FunctionMetricsOptions): Promise<FunctionMetrics | undefined> {
  const { env, hasQueueTime, log, system } = options;
  let metrics: Metrics;
  try {
    const powertools = await import('@aws-lambda-powertools/metrics');
    metrics = new powertools.Metrics({
      namespace: env.POWERTOOLS_METRICS_NAMESPACE || defaults.namespace,
      serviceName: env.POWERTOOLS_SERVICE_NAME || defaults.service,
    });
  } catch (error) {
    log.error(
      `There are no metrics, because @aws-lambda-powertools/metrics cannot be loaded: install it in the deployment. ${(error as Error).message}`,
    );
    return undefined;
  }
  let counted = new Map<string, Counted>();

  const of = ({ entry, message }: RunInfo): Counted => {
    const name = entry === undefined ? unregistered : dimensionOf(message.task);
    const known = counted.get(name) ?? (counted.size < maxNames ? undefined : counted.get(others));
    if (known) return known;
    const added = { counts: new Map(), runtimesMs: [], queueTimesMs: [] };
    counted.set(counted.size < maxNames ? name : others, added);
    return added;
  };
  const count = (run: RunInfo, counter: Counter | undefined): void => {
    const { counts } = of(run);
    if (counter) counts.set(counter, (counts.get(counter) ?? 0) + 1);
  };

  return {
    events: {
      received(run) {
        count(run, 'TasksReceived');
        const { sentMs, receiveCount } = run.delivery;
        // Of a message that waits for its eta, or was delivered before, the time in the queue tells nothing about the queue.
        if (!hasQueueTime || sentMs === undefined || receiveCount > 1 || run.message.eta !== null) return;
        of(run).queueTimesMs.push(Math.max(0, system.now() - sentMs));
      },
      ended(run, outcome, runtimeMs) {
        count(run, counterOf[outcome.state]);
        if (outcome.state === 'SUCCESS' || outcome.state === 'FAILURE') of(run).runtimesMs.push(runtimeMs);
      },
    },

    async flush() {
      const written = counted;
      counted = new Map();
      try {
        for (const [task, values] of written) write(metrics, task, values);
      } catch (error) {
        log.warn(`Metrics are lost, because they cannot be written: ${(error as Error).message}`);
      }
    },
  };
}

/** Writes a line; and further ones if there are more values than one may have. */
function write(metrics: Metrics, task: string, { counts, runtimesMs, queueTimesMs }: Counted): void {
  const lines = Math.max(1, Math.ceil(Math.max(runtimesMs.length, queueTimesMs.length) / maxValues));
  for (let line = 0; line < lines; line++) {
    const part = (values: readonly number[]) => values.slice(line * maxValues, (line + 1) * maxValues);
    metrics.addDimensions({}); // The default ones alone: the service.
    metrics.addDimensions({ task });
    if (line === 0) for (const [counter, number] of counts) metrics.addMetric(counter, 'Count', number);
    for (const runtimeMs of part(runtimesMs)) metrics.addMetric('TaskRuntime', 'Milliseconds', runtimeMs);
    for (const queueTimeMs of part(queueTimesMs)) metrics.addMetric('QueueTime', 'Milliseconds', queueTimeMs);
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    else metrics.clearDimensions();
  }
}

/** A value that CloudWatch takes: printable ASCII, no colon at the beginning, at most 255 characters. */
function dimensionOf(name: string): string {
  return name
    .replace(/[^ -~]/g, '?')
    .replace(/^:/, '?')
    .slice(0, 255);
}
