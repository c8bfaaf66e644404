import type { SQSRecord } from 'aws-lambda';
import { createDynamodbStore } from '../store/dynamodb/dynamodbStore.ts';
import type { DynamodbClient } from '../store/dynamodb/table.ts';
import type { ResultStore } from '../store/resultStore.ts';
import { seededRandom } from '../system/seededRandom.ts';
import { createVirtualSystem, type VirtualSystem } from '../system/virtualSystem.ts';
import { createMemoryTransport, type MemoryQueueSettings, type MemoryTransport } from '../transport/memoryTransport.ts';
import type { ReceiveOptions } from '../transport/queueConsumer.ts';
import type { Transport } from '../transport/transport.ts';
import type { TableRequest } from './celeryTable.ts';
import { createNetwork, type FaultCounts, type Faults, type Request } from './network.ts';
import { Observer } from './observer.ts';
import type { Process } from './process.ts';
import { taskIdOf } from './simulatedPool.ts';
import { createSimulatedTable } from './simulatedTable.ts';

export interface WorldOptions {
  /** Decides everything that is random. */
  readonly seed: number;
  readonly faults: Faults;
  /** By their names in SQS. */
  readonly queues: Readonly<Record<string, MemoryQueueSettings>>;
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
  readonly observer: Observer;
  readonly queues: MemoryTransport;
  /** How often each fault happened. */
  readonly faultCounts: FaultCounts;
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
  readonly faults: Faults;
  /** Table and queues for a client, whose requests do not fail. */
  reliableServices(): Services;
}

/** A message that is delivered twice is delivered again within this time. */
const maxDuplicateSeconds = 60;

export function createWorld({ seed, faults, queues: settings, trace }: WorldOptions): World {
  const system = createVirtualSystem({ seed });
  const random = seededRandom(seed + 1);
  const observer = new Observer(system.now, trace);
  const faultCounts: FaultCounts = { error: 0, lostAnswer: 0, death: 0, duplicate: 0, staleRead: 0 };
  const counts = { requests: 0, messages: 0, workers: 0, revoked: 0, forgotten: 0, pythonWorkers: 0, pythonRuns: 0 };
  const isStale = () => {
    const stale = random() < faults.staleRead;
    if (stale) faultCounts.staleRead += 1;
    return stale;
  };
  const table = createSimulatedTable({
    ...{ system, isStale },
    onWrite: (key, before, after) => observer.wrote(key, before, after),
  });
  const queues = createMemoryTransport({ system, queues: settings });

  const servicesBy = (request: Request, ofProcess: Pick<Process, 'system'>): Services => {
    const client = {
      send: (command: never) => request(() => table.client.send(command)),
    } as unknown as DynamodbClient;
    return {
      store: createDynamodbStore({ client, table: table.name, system: ofProcess.system }),
      transport: observedTransport(request),
    };
  };

  const observedTransport = (request: Request): Transport => {
    const sent = (body: string) => {
      counts.messages += 1;
      observer.published(taskIdOf(body));
    };
    const publish: Transport['publish'] = (body, to) =>
      request(() => {
        sent(body);
        return queues.publish(body, to);
      });
    return {
      publish,
      async publishAll(all) {
        for await (const { body, ...to } of all) await publish(body, to);
        return [];
      },
      resend: (receipt, body, delay) =>
        request(() => {
          sent(body);
          return queues.resend(receipt, body, delay);
        }),
      deadLetter: (letter) => request(() => queues.deadLetter(letter)),
      acknowledge: (receipt) => request(() => queues.acknowledge(receipt)),
      changeVisibility: (receipt, seconds) => request(() => queues.changeVisibility(receipt, seconds)),
    };
  };

  const requestsOf = (process: Process): Request => {
    const network = createNetwork(process, { faults, counts: faultCounts });
    return (apply) => {
      counts.requests += 1;
      return network(apply);
    };
  };

  return {
    ...{ system, random, faults, observer, queues, faultCounts, counts, requestsOf },
    tableRequestsOf(process) {
      const request = requestsOf(process);
      return (operation, input) => request(() => observer.byPython(() => table.run(operation, input)));
    },
    servicesFor: (process) => servicesBy(requestsOf(process), process),
    reliableServices: () => servicesBy(async (apply) => apply(), { system }),
    hasVisible: (queue) => queues.messages(queue).some(({ visibleMs }) => visibleMs <= system.now()),
    receive(queue, options) {
      const records = queues.receive(queue, options);
      for (const { eventSourceARN: queueArn, receiptHandle } of records) {
        if (random() >= faults.duplicate) continue;
        faultCounts.duplicate += 1;
        void queues.changeVisibility({ queueArn, receiptHandle }, random() * maxDuplicateSeconds);
      }
      return records;
    },
  };
}
