import { derivedIds } from '../canvas/apply/derivedIds.ts';
import { expand } from '../canvas/apply/expand.ts';
import type { Expansion } from '../canvas/apply/expansion.ts';
import { publishExpansion } from '../canvas/apply/publish.ts';
import { assignedId } from '../canvas/signatures/signature.ts';
import type { OutgoingMessage } from '../message/encode.ts';
import { seededRandom } from '../system/seededRandom.ts';
import { describeFlow } from './describeFlow.ts';
import { type Flow, largeChord, randomFlow, sharedQueue } from './workload.ts';
import type { Services, World } from './world.ts';

/** A client that sends flows until it has sent enough tasks, and revokes, reads and forgets some of them at any time. */
export interface SimulatedClient {
  /** The seeds of the flows that were sent, in their order. */
  readonly flowSeeds: readonly number[];
  /** The flows as texts. */
  readonly flowTexts: readonly string[];
  readonly tasks: number;
  /** Sends flows, as long as few of those that it has sent are without a result. */
  sendMore(): Promise<void>;
  /** Whether it has sent all that it sends. */
  hasSentAll(): boolean;
}

export interface SimulatedClientOptions extends Services {
  /** The seeds of the flows that are sent instead, each of which decides the flow, its ids and what the client does with it. @default random */
  readonly flowSeeds?: readonly number[] | undefined;
  /** At least so many tasks are sent. */
  readonly tasks: number;
  /** The members of a chord that it sends first. @default no such chord */
  readonly chordMembers?: number | undefined;
}

/** The flows that have no result yet, at the same time. */
const maxOpenFlows = 150;

/** How many of the flows the client revokes, and how many results it reads and forgets. */
const shares = { revoked: 0.05, read: 0.2, forgotten: 0.05 };

/** How long after it has sent a flow the client does so, in ms. */
const maxDelayMs = 300_000;

export function createSimulatedClient(world: World, options: SimulatedClientOptions): SimulatedClient {
  const { system, random, observer, counts } = world;
  const { store, transport, tasks: wantedTasks, flowSeeds: given, chordMembers = 0 } = options;
  const open = new Set<string>();
  let tasks = 0;
  const flowSeeds: number[] = [];
  const flowTexts: string[] = [];
  const hasSentAll = () => (given ? flowSeeds.length === given.length : tasks >= wantedTasks);

  const send = async () => {
    const flowSeed = given?.[flowSeeds.length] ?? Math.floor(random() * 2 ** 32);
    const ofFlow = seededRandom(flowSeed);
    const flow = chordMembers > 0 && flowSeeds.length === 0 ? largeChord(chordMembers) : randomFlow(ofFlow);
    const sender = {
      ...{ rootId: null, parentId: null, replyTo: undefined, nowMs: system.now(), optionsOf: () => ({}) },
      newId: derivedIds('flow', String(flowSeed)), // Random ids of so many flows would not be unique: a seed has 32 bits.
    };
    const expansion = expand(flow.signature, {}, sender);
    const [[id]] = expansion.result;
    const messages = expansion.messages.flatMap(idsIn);
    observer.accepted(id, { expected: [flow.expected].flat(), messages, waitMs: flow.waitMs });
    observer.sentFlow(
      flowSeed,
      expansion.messages.map((message) => message.id),
    );
    for (const { id: sent, properties } of expansion.messages)
      if (typeof properties?.MessageGroupId === 'string') observer.fifo.sent(properties.MessageGroupId, sent);
    if (flow.isRevoked) await revoke(id);
    await publishExpansion(expansion, { startChord: store.startChord, publishAll: transport.publishAll, system });
    open.add(id);
    tasks += flow.tasks;
    flowSeeds.push(flowSeed);
    flowTexts.push(describeFlow(flow.signature));
    actLater(flow, expansion, ofFlow);
  };

  /** What the client does with a flow that it has sent, before, while and after its tasks run. */
  function actLater(flow: Flow, { result: [[id]], messages }: Expansion, ofFlow: () => number): void {
    const delayMs = () => ofFlow() * Math.max(maxDelayMs, flow.waitMs ?? 0);
    if (ofFlow() < shares.revoked) system.startTimer(() => void revoke(id), delayMs());
    if (ofFlow() < shares.read) system.startTimer(() => void store.read(id), delayMs());
    // A result that a Python worker has stored is deleted, and with it a chord's body fails, as in Celery.
    const kept = messages.filter(
      ({ group, deliveryInfo }) => group !== null && deliveryInfo?.routingKey === sharedQueue,
    );
    const ids = [id, ...messages.filter((message) => !kept.includes(message)).flatMap(idsIn)];
    for (const forgotten of new Set(ids))
      if (ofFlow() < shares.forgotten) system.startTimer(() => void forget(forgotten), delayMs());
  }

  async function revoke(id: string): Promise<void> {
    const answer = await store.revoke(id, random() < 0.5 ? 'revoked' : 'terminated');
    counts.revoked += 1;
    observer.revoked(id, answer);
  }

  async function forget(id: string): Promise<void> {
    counts.forgotten += 1;
    observer.forgets(id);
    await store.forget(id);
  }

  return {
    flowSeeds,
    flowTexts,
    get tasks() {
      return tasks;
    },
    async sendMore() {
      for (const id of open) if (!observer.isOpen(id)) open.delete(id);
      while (!hasSentAll() && open.size < maxOpenFlows) await send();
    },
    hasSentAll,
  };
}

function idsIn(message: OutgoingMessage): readonly string[] {
  return [message.id, ...stepsOf(message)];
}

/** The ids of the later steps of a chain. */
function stepsOf({ embed }: OutgoingMessage): readonly string[] {
  return (embed?.chain ?? []).map((step) => String(assignedId(step)));
}
