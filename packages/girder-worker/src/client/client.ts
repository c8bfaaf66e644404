import { expand } from '../canvas/apply/expand.ts';
import type { Sender } from '../canvas/apply/outgoingMessage.ts';
import { publishExpansion } from '../canvas/apply/publish.ts';
import { wireOptions } from '../canvas/signatures/callOptions.ts';
import { taskOf } from '../canvas/signatures/signature.ts';
import type { ResultStore } from '../store/resultStore.ts';
import { nodeSystem } from '../system/nodeSystem.ts';
import { once } from '../system/once.ts';
import type { System } from '../system/system.ts';
import type { ApplyOptions, Control, GroupResult, TaskClient } from '../task/client/client.ts';
import { runningTask } from '../task/current.ts';
import type { TracedPublish } from '../tracing/clientTraces.ts';
import { tracesAreOn } from '../tracing/traceSwitch.ts';
import type { Transport } from '../transport/transport.ts';
import { createAsyncResult, handleOf, type ResultBackend } from './asyncResult.ts';
import { createCanvas, type Send } from './canvas.ts';
import { connectRemoteControl } from './remoteControl.ts';

/** What a client uses to send tasks and to read results. `store` connects when it is called for the first time. */
export interface ClientDeps {
  readonly transport: Pick<Transport, 'publishAll'>;
  store(): Promise<ResultStore>;
  readonly control: Control;
  /** Publishes messages in spans of their own. Undefined: there are no traces. */
  readonly traced?: (() => Promise<TracedPublish>) | undefined;
  /** @default nodeSystem */
  readonly system?: Pick<System, 'now' | 'sleep' | 'randomUUID'>;
}

/** The address for replies, which Celery's clients put into each message: a UUID for each process. */
const replyTo = nodeSystem.randomUUID();

/**
 * A client of the broker and the backend that the environment names. Modules are loaded and connected on first use, and the
 * settings of each are checked then: a client that only reads results does not fail because of its broker.
 */
export function createTaskClient(env: NodeJS.ProcessEnv): TaskClient {
  const transport = once(async () => {
    const [{ loadBroker }, { connectTransport }] = await Promise.all([
      import('../connections/connections.ts'),
      import('../transport/sqs/sqsTransport.ts'),
    ]);
    return connectTransport(loadBroker(env));
  });
  const store = once(async () => {
    const [{ loadBackend }, { connectStore }] = await Promise.all([
      import('../connections/connections.ts'),
      import('../store/dynamodb/connectStore.ts'),
    ]);
    return connectStore(loadBackend(env));
  });
  const connections = async () => (await import('../connections/connections.ts')).loadConnections(env);
  return createClient({
    transport: { publishAll: async (messages) => (await transport()).publishAll(messages) },
    store,
    control: connectRemoteControl(connections),
    traced: tracesAreOn(env) ? traced : undefined,
  });
}

const traced = once(async () => {
  const { createClientTraces, loadTraceApi } = await import('../tracing/lazy.ts');
  return createClientTraces(await loadTraceApi());
});

export function createClient({ transport, store, control, traced, system = nodeSystem }: ClientDeps): TaskClient {
  const backend: ResultBackend = { store, control, system };

  const sendFor =
    (optionsOf: Sender['optionsOf']): Send =>
    async (signature, call) => {
      const current = runningTask();
      const sender: Sender = {
        rootId: current?.rootId ?? null,
        parentId: current?.parentId ?? null,
        newId: () => system.randomUUID(),
        nowMs: system.now(),
        replyTo,
        optionsOf,
      };
      const expansion = expand(signature, call, sender);
      const publish = async (messages: typeof expansion.messages) => {
        const [refused] = await publishExpansion(
          { ...expansion, messages },
          {
            startChord: async (groupId, members) => (await store()).startChord(groupId, members),
            publishAll: transport.publishAll,
            beforePublish: current?.beforePublish,
            system,
          },
        );
        if (refused) throw refused.error;
      };
      if (current?.record) current.record(expansion.messages);
      else if (traced) await (await traced())(expansion.messages, publish);
      else await publish(expansion.messages);
      current?.children.push(...expansion.children);
      return handleOf(expansion.result, backend);
    };

  return {
    canvas: (optionsOf) => createCanvas(sendFor(optionsOf)),
    send(task, args, { kwargs = {}, ...options }: ApplyOptions, optionsOf) {
      return sendFor(optionsOf)(taskOf(task, args, kwargs), { options: wireOptions(options) });
    },
    result: (id) => createAsyncResult(id, backend),
    groups: {
      async restore(id) {
        const group = await (await store()).readGroup(id);
        return group && (handleOf(group, backend) as GroupResult);
      },
    },
    control,
  };
}
