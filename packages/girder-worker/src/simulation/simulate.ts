// Loaded before the dispatcher loads them: virtual time does not wait until an import has ended.
import '../dispatch/continuationPlanner.ts';
import '../dispatch/refusedTasks.ts';
import { expand } from '../canvas/apply/expand.ts';
import { publishExpansion } from '../canvas/apply/publish.ts';
import { createDynamodbStore } from '../store/dynamodb/dynamodbStore.ts';
import type { DynamodbClient } from '../store/dynamodb/table.ts';
import type { ResultStore } from '../store/resultStore.ts';
import { seededRandom } from '../system/seededRandom.ts';
import { createVirtualSystem } from '../system/virtualSystem.ts';
import { createMemoryTransport } from '../transport/memoryTransport.ts';
import type { Transport } from '../transport/transport.ts';
import { createNetwork, type FaultCounts, type Faults, type Request } from './network.ts';
import { Observer, type Violation } from './observer.ts';
import { createProcess, type Process } from './process.ts';
import { createSimulatedFunction, type SimulatedFunction, timeoutMs } from './simulatedFunction.ts';
import { taskIdOf } from './simulatedPool.ts';
import { createSimulatedTable } from './simulatedTable.ts';
import { randomFlow } from './workload.ts';

export interface SimulationOptions {
  /** At least so many tasks are sent. */
  readonly tasks: number;
  /** Decides everything that is random: the same seed gives the same run. */
  readonly seed: number;
  readonly faults: Faults;
  /** Functions at the same time. @default 20 */
  readonly maxConcurrency?: number;
  /** How far the clocks of the functions are off at most, in ms. @default 2000 */
  readonly maxClockOffsetMs?: number;
  /** The id of a task whose history is told. @default none */
  readonly trace?: string | undefined;
  /** Changes the store of a function, to see whether the invariants notice. @default unchanged */
  readonly mutateStore?: (store: ResultStore) => ResultStore;
  /** Changes the queues of a function. @default unchanged */
  readonly mutateTransport?: (transport: Transport) => Transport;
}

/** What happened in a simulation. */
export interface SimulationReport {
  readonly tasks: number;
  readonly flows: number;
  readonly runs: number;
  readonly chordBodies: number;
  readonly messages: number;
  readonly maxMessagesPerTask: number;
  readonly deadLetters: number;
  readonly invocations: number;
  readonly requests: number;
  /** How often each fault happened. */
  readonly faults: FaultCounts;
  readonly virtualHours: number;
  readonly violations: readonly Violation[];
  /** The history of the task to trace. */
  readonly history: readonly string[];
}

const queue = 'celery';
const maxReceiveCount = 10;

/** The flows that have not ended at the same time. */
const maxOpenFlows = 150;

/** After the last flow was sent, everything has ended in less: visibility timeouts and retention are shorter. */
const patienceMs = 14 * 24 * 3600 * 1000;

/** After so many, the simulation ends. */
const maxViolations = 20;

/** Between two polls of the event source mapping, in ms. */
const pollPeriodMs = 200;

/** Runs the dispatcher, the store and the canvas code in a world of faults, in virtual time. */
export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
  const { tasks, seed, faults, maxConcurrency = 20, maxClockOffsetMs = 2000, trace } = options;
  const { mutateStore = (store) => store, mutateTransport = (transport) => transport } = options;
  const world = createVirtualSystem({ seed });
  const random = seededRandom(seed + 1);
  const observer = new Observer(world.now, trace);
  const counts: FaultCounts = { error: 0, lostAnswer: 0, death: 0, duplicate: 0, staleRead: 0 };
  const isStale = () => {
    const stale = random() < faults.staleRead;
    if (stale) counts.staleRead += 1;
    return stale;
  };
  const table = createSimulatedTable({
    system: world,
    isStale,
    onWrite: (key, before, after) => observer.wrote(key, before, after),
  });
  const queues = createMemoryTransport({ system: world, queues: { [queue]: { maxReceiveCount } } });
  let invocations = 0;
  let requests = 0;
  let messages = 0;

  /** What a process sees of table and queue. */
  const seenBy = (process: Process) => {
    const network = createNetwork(process, { faults, counts });
    const request: Request = (apply) => {
      requests += 1;
      return network(apply);
    };
    const client = {
      send: (command: never) => request(() => table.client.send(command)),
    } as unknown as DynamodbClient;
    return {
      store: mutateStore(createDynamodbStore({ client, table: 'celery', system: process.system })),
      transport: mutateTransport(observedTransport(request)),
    };
  };

  const observedTransport = (request: Request): Transport => {
    const sent = (body: string) => {
      messages += 1;
      observer.published(taskIdOf(body));
    };
    return {
      publish: (body, to) =>
        request(() => {
          sent(body);
          return queues.publish(body, to);
        }),
      async publishAll(all) {
        for await (const { body, ...to } of all)
          await request(() => {
            sent(body);
            return queues.publish(body, to);
          });
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

  // The functions, and the event source mapping that invokes them.
  const functions: SimulatedFunction[] = [];
  const freeFunction = (): SimulatedFunction | undefined => {
    const alive = functions.filter(({ process }) => !process.isDead);
    functions.length = 0;
    functions.push(...alive);
    const free = alive.find(({ isBusy }) => !isBusy);
    if (free || alive.length === maxConcurrency) return free;
    const clockOffsetMs = Math.round((random() * 2 - 1) * maxClockOffsetMs);
    const process = createProcess({ name: `function ${invocations}`, world, clockOffsetMs });
    const created = createSimulatedFunction({ process, observer, ...seenBy(process) });
    functions.push(created);
    return created;
  };
  const invoke = async (target: SimulatedFunction) => {
    const records = queues.receive(queue, {
      maxMessages: 1 + Math.floor(random() * 10),
      visibilityTimeoutSeconds: (6 * timeoutMs) / 1000,
    });
    if (records.length === 0) return;
    invocations += 1;
    for (const { eventSourceARN: queueArn, receiptHandle } of records) {
      if (random() >= faults.duplicate) continue;
      counts.duplicate += 1;
      await queues.changeVisibility({ queueArn, receiptHandle }, random() * 60);
    }
    const settled = await target.invoke(records);
    for (const { eventSourceARN: queueArn, receiptHandle } of settled ?? []) {
      // A deletion whose request fails: the message is delivered again.
      if (random() < faults.lostAnswer) counts.lostAnswer += 1;
      else await queues.acknowledge({ queueArn, receiptHandle });
    }
  };
  const poll = () => {
    for (let target = freeFunction(); target; target = freeFunction()) {
      if (!queues.messages(queue).some(({ visibleMs }) => visibleMs <= world.now())) break;
      void invoke(target);
      if (!target.isBusy) break;
    }
    world.startTimer(poll, pollPeriodMs);
  };
  poll();

  // The client, whose requests do not fail.
  const store = createDynamodbStore({ client: table.client, table: 'celery', system: world });
  const direct = observedTransport(async (apply) => apply());
  const open = new Set<string>();
  let sentTasks = 0;
  let flows = 0;
  const send = async () => {
    const flow = randomFlow(random);
    const sender = {
      ...{ rootId: null, parentId: null, replyTo: undefined, nowMs: world.now(), optionsOf: () => ({}) },
      newId: world.randomUUID,
    };
    const expansion = expand(flow.signature, {}, sender);
    const [[id]] = expansion.result;
    observer.accepted(id, flow.expected, flow.isRevoked === true);
    if (flow.isRevoked) await store.revoke(id, 'revoked');
    await publishExpansion(expansion, { startChord: store.startChord, publishAll: direct.publishAll, system: world });
    open.add(id);
    sentTasks += flow.tasks;
    flows += 1;
  };

  let giveUpMs = Number.POSITIVE_INFINITY;
  for (let step = 0; world.now() < giveUpMs; step++) {
    if (step % 50 === 0) {
      for (const id of open) if (!observer.isOpen(id)) open.delete(id);
      while (sentTasks < tasks && open.size < maxOpenFlows) await send();
      if (sentTasks >= tasks && giveUpMs === Number.POSITIVE_INFINITY) giveUpMs = world.now() + patienceMs;
      const isIdle =
        queues.messages(queue).length === 0 && functions.every(({ isBusy, process }) => !isBusy || process.isDead);
      if ((sentTasks >= tasks && isIdle) || observer.violations.length > maxViolations) break;
    }
    await world.advanceToNext();
  }

  const deadLetters = queues.messages(`${queue}-dead-letters`);
  for (const { body } of deadLetters) observer.deadLetter(taskIdOf(body));
  observer.finish();
  return {
    ...{ tasks: sentTasks, flows, messages, invocations, requests, faults: counts },
    runs: observer.runs,
    chordBodies: observer.bodies,
    maxMessagesPerTask: observer.maxMessages,
    deadLetters: deadLetters.length,
    virtualHours: (world.now() - Date.UTC(2026, 0, 1)) / 3_600_000,
    violations: observer.violations,
    history: observer.history,
  };
}
