import { ConfigurationFaults } from '../connections/configurationError.ts';
import { type Connections, loadConnections } from '../connections/connections.ts';

/** The settings of the dispatcher, from its environment. */
export interface DispatcherConfig {
  readonly connections: Connections;
  /** The number of tasks that run at the same time. */
  readonly concurrency: number;
  /**
   * The heap limit of a worker thread in MB: its part of the memory, so that one task cannot take that of the others. Undefined outside of
   * Lambda, where Node's default applies.
   */
  readonly maxHeapMb: number | undefined;
  /** The memory of the function in MB; undefined outside of Lambda. */
  readonly memoryMb: number | undefined;
  /** How often a task may be claimed without an outcome before it fails. */
  readonly maxDeliveries: number;
  /** `text` writes Celery's log lines for a terminal, `json` structured ones for CloudWatch. */
  readonly logFormat: 'text' | 'json';
  /** Whether metrics are written for CloudWatch. */
  readonly hasMetrics: boolean;
}

/** Memory of the dispatcher with Lambda's runtime, measured with a small registry (docs/performance.md). */
const dispatcherMb = 80;

/** The least memory of a thread, which takes 15 MB itself: its task has the rest. */
const threadMb = 64;

/** One thread per message of a batch of ten, or as many as the memory of the function allows. */
function defaultConcurrency(memoryMb = Number.POSITIVE_INFINITY): number {
  return Math.min(10, Math.max(1, Math.floor((memoryMb - dispatcherMb) / threadMb)));
}

/** Reads the environment. Throws one ConfigurationError that lists all faults, including those of broker and backend. */
export function loadDispatcherConfig(env: NodeJS.ProcessEnv): DispatcherConfig {
  const faults = new ConfigurationFaults();
  const connections = faults.collect(() => loadConnections(env));
  const memoryMb = env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ? Number(env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE) : undefined;
  const positiveInteger = (name: string, defaultValue: number): number => {
    const value = Number(env[name] ?? defaultValue);
    if (!Number.isInteger(value) || value < 1) faults.add(`${name} must be a positive integer, got "${env[name]}"`);
    return value;
  };
  const logFormat = env.GIRDER_WORKER_LOG_FORMAT ?? 'json';
  if (logFormat !== 'text' && logFormat !== 'json')
    faults.add(`GIRDER_WORKER_LOG_FORMAT must be "text" or "json", got "${logFormat}"`);
  const metrics = env.GIRDER_WORKER_METRICS || 'off';
  if (metrics !== 'on' && metrics !== 'off')
    faults.add(`GIRDER_WORKER_METRICS must be "on" or "off", got "${metrics}"`);

  const concurrency = positiveInteger('GIRDER_WORKER_CONCURRENCY', defaultConcurrency(memoryMb));
  const config = {
    concurrency,
    maxHeapMb: memoryMb && Math.max(16, Math.floor((memoryMb - dispatcherMb) / concurrency)),
    memoryMb,
    maxDeliveries: positiveInteger('GIRDER_WORKER_MAX_DELIVERIES', 5),
    logFormat: logFormat === 'text' ? 'text' : 'json',
    hasMetrics: metrics === 'on',
  } as const;
  if (!connections || !faults.isEmpty) throw faults.toError('The dispatcher cannot start');
  return { connections, ...config };
}
