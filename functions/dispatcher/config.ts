/** What the dispatcher is told by its environment. */
export interface DispatcherConfig {
  /** How many tasks run at the same time. */
  readonly concurrency: number;
  /** What a task may have in memory before its thread is ended; undefined outside of Lambda. */
  readonly maxHeapMb: number | undefined;
  /** Claims of a task that may end without an outcome before it is given up. */
  readonly maxDeliveries: number;
  /** `text` are Celery's lines for a terminal, `json` structured ones for CloudWatch. */
  readonly logFormat: 'text' | 'json';
}

/** What the dispatcher itself needs, with Lambda's runtime, and a thread, measured with a small registry (docs/performance.md). */
const dispatcherMb = 80;
const threadMb = 15;

/** As many threads as a batch has messages, so that none waits for another; fewer where memory is short. */
function concurrencyIn(memoryMb = Number.POSITIVE_INFINITY): number {
  return Math.min(10, Math.max(1, Math.floor((memoryMb - dispatcherMb) / threadMb)));
}

/** Reads the environment; throws one Error that names everything that is wrong with it. */
export function loadConfig(env: NodeJS.ProcessEnv): DispatcherConfig {
  const faults: string[] = [];
  const memoryMb = env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ? Number(env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE) : undefined;
  const count = (name: string, fallback: number): number => {
    const value = Number(env[name] ?? fallback);
    if (!Number.isInteger(value) || value < 1)
      faults.push(`${name} is to be a whole number from 1, not "${env[name]}"`);
    return value;
  };
  const logFormat = env.GIRDER_WORKER_LOG_FORMAT ?? 'json';
  if (logFormat !== 'text' && logFormat !== 'json')
    faults.push(`GIRDER_WORKER_LOG_FORMAT is to be "text" or "json", not "${logFormat}"`);
  if (!env.GIRDER_WORKER_DEAD_LETTER_QUEUE_URL)
    faults.push('GIRDER_WORKER_DEAD_LETTER_QUEUE_URL is to be the URL of the queue for messages that cannot be run');

  const config = {
    concurrency: count('GIRDER_WORKER_CONCURRENCY', concurrencyIn(memoryMb)),
    maxHeapMb: memoryMb && Math.max(16, memoryMb - dispatcherMb),
    maxDeliveries: count('GIRDER_WORKER_MAX_DELIVERIES', 5),
    logFormat: logFormat === 'text' ? 'text' : 'json',
  } as const;
  if (faults.length > 0) throw new Error(`The dispatcher cannot start:\n- ${faults.join('\n- ')}`);
  return config;
}
