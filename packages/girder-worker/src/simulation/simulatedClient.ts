import { expand } from '../canvas/apply/expand.ts';
import { publishExpansion } from '../canvas/apply/publish.ts';
import { randomFlow } from './workload.ts';
import type { World } from './world.ts';

/** A client that sends flows until it has sent enough tasks. */
export interface SimulatedClient {
  readonly flows: number;
  readonly tasks: number;
  /** Sends flows, as long as few of those that it has sent are without a result. */
  sendMore(): Promise<void>;
  /** Whether it has sent all that it sends. */
  hasSentAll(): boolean;
}

/** The flows that have no result yet, at the same time. */
const maxOpenFlows = 150;

/** @param wantedTasks at least so many tasks are sent */
export function createSimulatedClient(world: World, wantedTasks: number): SimulatedClient {
  const { system, random, observer } = world;
  const { store, transport } = world.reliableServices();
  const open = new Set<string>();
  let tasks = 0;
  let flows = 0;

  const send = async () => {
    const flow = randomFlow(random);
    const sender = {
      ...{ rootId: null, parentId: null, replyTo: undefined, nowMs: system.now(), optionsOf: () => ({}) },
      newId: system.randomUUID,
    };
    const expansion = expand(flow.signature, {}, sender);
    const [[id]] = expansion.result;
    observer.accepted(id, [flow.expected].flat(), flow.isRevoked === true);
    for (const { id: sent, properties } of expansion.messages)
      if (typeof properties?.MessageGroupId === 'string') observer.fifo.sent(properties.MessageGroupId, sent);
    if (flow.isRevoked) await store.revoke(id, 'revoked');
    await publishExpansion(expansion, { startChord: store.startChord, publishAll: transport.publishAll, system });
    open.add(id);
    tasks += flow.tasks;
    flows += 1;
  };

  return {
    get flows() {
      return flows;
    },
    get tasks() {
      return tasks;
    },
    async sendMore() {
      for (const id of open) if (!observer.isOpen(id)) open.delete(id);
      while (tasks < wantedTasks && open.size < maxOpenFlows) await send();
    },
    hasSentAll: () => tasks >= wantedTasks,
  };
}
