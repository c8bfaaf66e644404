import type { Connections } from 'girder-worker/internal/aws';
import { sqsQueueName } from 'girder-worker/internal/aws';
import { type AlarmedMetric, readAlarms } from './alarms.ts';
import type { Answer } from './answer.ts';
import { connectClients } from './clients.ts';
import { watchClock } from './clock.ts';
import { type QueueFunction, readQueueFunctions } from './functions.ts';
import { type QueueChain, readQueueChain } from './queues.ts';
import { readTable, type Table } from './table.ts';

/** A queue with what consumes it. */
export interface ConsumedQueue {
  readonly chain: QueueChain;
  /** The functions that take messages from the queue. */
  readonly dispatchers: Answer<QueueFunction[]>;
  /** The functions that take messages from its redrive target. */
  readonly deadLetterConsumers: Answer<QueueFunction[]>;
}

/** All that the checks look at. */
export interface Stack {
  readonly connections: Connections;
  readonly queues: readonly ConsumedQueue[];
  readonly table: Table;
  readonly alarms: Answer<AlarmedMetric[]>;
  readonly clockSkewMs: number | undefined;
  /** The names of the tasks in the registry of this folder; `unavailable` if there is none. */
  readonly localTasks: Answer<readonly string[]>;
}

export interface StackOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly connections: Connections;
  /** Celery's names of the queues. */
  readonly queueNames: readonly string[];
  /** Whether `girder-worker worker` consumes the queues, and no function. */
  readonly hasWorker: boolean;
  readonly localTasks: Answer<readonly string[]>;
}

/**
 * Reads a stack, and invokes its functions with an InspectionEvent. Changes nothing. Rejects if SQS or DynamoDB cannot be reached, or if AWS
 * refuses the credentials.
 */
export async function readStack(options: StackOptions): Promise<Stack> {
  const { env, connections, queueNames, hasWorker, localTasks } = options;
  using clients = connectClients(env, connections);
  const skew = watchClock(clients.sqs);
  const functionsOf = async (queue: QueueChain['queue']): ReturnType<typeof readQueueFunctions> =>
    hasWorker
      ? { kind: 'unavailable', reason: 'With --worker, no function is expected.' }
      : readQueueFunctions(clients, queue);
  const queues = queueNames.map(async (name): Promise<ConsumedQueue> => {
    const chain = await readQueueChain(clients.sqs, sqsQueueName(name, connections.broker.queueNamePrefix));
    const [dispatchers, deadLetterConsumers] = await Promise.all([
      functionsOf(chain.queue),
      functionsOf(chain.undelivered),
    ]);
    return { chain, dispatchers, deadLetterConsumers };
  });
  const [read, table, alarms] = await Promise.all([
    Promise.all(queues),
    readTable(clients.dynamodb, connections.backend.table),
    readAlarms(clients),
  ]);
  return { connections, queues: read, table, alarms, clockSkewMs: skew(), localTasks };
}
