import type { SQSRecord } from 'aws-lambda';
import type { Attributes } from '../store/dynamodb/attributeValues.ts';
import { createDynamodbStore } from '../store/dynamodb/dynamodbStore.ts';
import { createServiceClock } from '../store/dynamodb/serviceClock.ts';
import type { DynamodbClient } from '../store/dynamodb/table.ts';
import type { ResultStore } from '../store/resultStore.ts';
import { seededRandom } from '../system/seededRandom.ts';
import { isTransientError } from '../system/transientError.ts';
import { createVirtualSystem, type VirtualSystem } from '../system/virtualSystem.ts';
import { createMemoryTransport, type MemoryQueueSettings, type MemoryTransport } from '../transport/memoryTransport.ts';
import type { ReceiveOptions } from '../transport/queueConsumer.ts';
import type { PublishedMessage, RefusedMessage, Transport } from '../transport/transport.ts';
import type { TableRequest } from './celeryTable.ts';
import type { Faults } from './faultKinds.ts';
import { createFaultSource, type FaultId, type FaultSource } from './faultSource.ts';
import { createNetwork, type Request } from './network.ts';
import { Observer } from './observer.ts';
import { startOutages } from './outages.ts';
import type { Process } from './process.ts';
import { taskIdOf } from './simulatedPool.ts';
import { createSimulatedTable } from './simulatedTable.ts';
import { createTableFaults } from './tableFaults.ts';

export interface WorldOptions {
  /** Decides which faults happen. */
  readonly seed: number;
  /** Decides all else that is random. */
  readonly timingSeed: number;
  readonly faults: Faults;
  /** Only these faults happen. @default all that `faults` makes happen */
  readonly onlyFaults?: ReadonlySet<FaultId> | undefined;
  /** By their names in SQS. */
  readonly queues: Readonly<Record<string, MemoryQueueSettings>>;
  /** Called with each item that is written, and its key. @default not called */
  readonly onWrite?: ((key: string, item: Attributes) => void) | undefined;
  /** The id of a task whose history is kept. */
  readonly trace: string | undefined;
}

/** What a process sees of table and queues. */
export interface Services {
  readonly store: ResultStore;
  readonly transport: Transport;
}

/** Time, table and queues of a simulation, and what is counted in it. */
export interface World {
  readonly system: VirtualSystem;
  /** Random numbers of the world, apart from those of its processes. */
  readonly random: () => number;
  readonly faults: FaultSource;
  readonly observer: Observer;
  readonly queues: MemoryTransport;
  readonly counts: {
    requests: number;
    messages: number;
    workers: number;
    revoked: number;
    forgotten: number;
    pythonWorkers: number;
    pythonRuns: number;
  };
  /** Makes the requests of a process, which take time and fail. */
  requestsOf(process: Process): Request;
  /** Makes the requests of a Python worker to the table. */
  tableRequestsOf(process: Process): TableRequest;
  /** Table and queues for a process. */
  servicesFor(process: Process): Services;
  /** Whether a message of a queue could be received. */
  hasVisible(queue: string): boolean;
  /** Receives messages, some of which SQS delivers a second time within a minute. */
  receive(queue: string, options: Pick<ReceiveOptions, 'maxMessages' | 'visibilityTimeoutSeconds'>): SQSRecord[];
  /** Table and queues for a client, whose requests do not fail. */
  reliableServices(): Services;
}

/** A message that is delivered twice is delivered again within this time. */
const maxDuplicateSeconds = 60;

export function createWorld(options: WorldOptions): World {
  const { seed, timingSeed, faults: probabilities, onlyFaults, queues: settings, onWrite, trace } = options;
  const system = createVirtualSystem({ seed: timingSeed });
  const random = seededRandom(timingSeed + 1);
  const faults = createFaultSource({ ...{ faults: probabilities, seed, now: system.now }, only: onlyFaults });
  const outages = startOutages(system, faults);
  const observer = new Observer({ now: system.now, tableAwayMs: outages.tableAwayMs, trace });
  const counts = { requests: 0, messages: 0, workers: 0, revoked: 0, forgotten: 0, pythonWorkers: 0, pythonRuns: 0 };
  const {
    client,
    faultyClient,
    run,
    name: table,
  } = createSimulatedTable({
    ...{ system, faults: createTableFaults(system, faults) },
    onWrite(key, before, after) {
      observer.wrote(key, before, after);
      if (after) onWrite?.(key, after);
    },
  });
  const queues = createMemoryTransport({ system, queues: settings });

  const servicesBy = (request: Request, { send }: DynamodbClient, ofProcess: Pick<Process, 'system'>): Services => {
    const clock = createServiceClock(ofProcess.system);
    const requesting = {
      async send(command: never) {
        const answered = clock.sent();
        // The header `date` of an answer is the time of the service in seconds.
        const date = () => new Date(system.now()).toUTCString();
        try {
          const [answer, sentAt] = await request('table', async () => [await send(command), date()] as const);
          answered(sentAt);
          return answer;
        } catch (error) {
          if (!isTransientError(error)) answered(date()); // A condition that does not hold is an answer, too.
          throw error;
        }
      },
    };
    const client = requesting as unknown as DynamodbClient;
    return {
      store: createDynamodbStore({ client, table, clock, system: ofProcess.system }),
      transport: observedTransport(request),
    };
  };

  const observedTransport = (request: Request): Transport => {
    const sent = (body: string) => {
      counts.messages += 1;
      observer.published(taskIdOf(body));
    };
    const publish: Transport['publish'] = (body, to) =>
      request('queue', () => {
        sent(body);
        return queues.publish(body, to);
      });
    return {
      publish,
      async publishAll<Message extends PublishedMessage>(all: AsyncIterable<Message>) {
        const refused: RefusedMessage<Message>[] = [];
        for await (const message of all)
          refused.push(
            ...(await request('queue', () => {
              sent(message.body);
              return queues.publishAll(only(message));
            })),
          );
        return refused;
      },
      resend: (receipt, body, delay) =>
        request('queue', () => {
          sent(body);
          return queues.resend(receipt, body, delay);
        }),
      deadLetter: (letter) => request('queue', () => queues.deadLetter(letter)),
      acknowledge: (receipt) => request('queue', () => queues.acknowledge(receipt)),
      changeVisibility: (receipt, seconds) => request('queue', () => queues.changeVisibility(receipt, seconds)),
    };
  };

  const requestsOf = (process: Process): Request => {
    const network = createNetwork(process, { faults, outages });
    return (service, apply) => {
      counts.requests += 1;
      return network(service, apply);
    };
  };

  return {
    ...{ system, random, faults, observer, queues, counts, requestsOf },
    tableRequestsOf(process) {
      const request = requestsOf(process);
      return (operation, input) => request('table', () => observer.byPython(() => run(operation, input)));
    },
    servicesFor: (process) => servicesBy(requestsOf(process), faultyClient, process),
    reliableServices: () => servicesBy(async (_, apply) => apply(), client, { system }),
    hasVisible: (queue) =>
      !outages.isAway('queue') && queues.messages(queue).some(({ visibleMs }) => visibleMs <= system.now()),
    receive(queue, options) {
      const records = queues.receive(queue, options);
      const ofAll = faults.draw('duplicateBatch', queue)?.between(0, maxDuplicateSeconds);
      for (const { eventSourceARN: queueArn, receiptHandle, messageId } of records) {
        const seconds = ofAll ?? faults.draw('duplicate', messageId)?.between(0, maxDuplicateSeconds);
        if (seconds !== undefined) void queues.changeVisibility({ queueArn, receiptHandle }, seconds);
      }
      return records;
    },
  };
}

async function* only<Item>(item: Item): AsyncGenerator<Item> {
  yield item;
}
