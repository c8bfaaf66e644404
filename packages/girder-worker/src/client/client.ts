import { randomUUID } from 'node:crypto';
import { expand } from '../canvas/apply/expand.ts';
import type { Sender } from '../canvas/apply/outgoing.ts';
import { publishExpansion } from '../canvas/apply/publish.ts';
import { wireOptions } from '../canvas/signatures/callOptions.ts';
import { taskOf } from '../canvas/signatures/signature.ts';
import type { ResultStore } from '../store/resultStore.ts';
import type { ApplyOptions, Control, GroupResult, TaskClient } from '../task/client.ts';
import { runningTask } from '../task/current.ts';
import type { Transport } from '../transport/transport.ts';
import { createAsyncResult, handleOf } from './asyncResult.ts';
import { createCanvas, type Send } from './canvas.ts';
import { connectRemoteControl } from './remoteControl.ts';

/** How a client reaches the queue and the results; connected when first needed. */
export interface Connection {
  readonly transport: Pick<Transport, 'publish'>;
  store(): Promise<ResultStore>;
  readonly control: Control;
}

/** Where answers to a process would go; Celery's clients have one such address each. */
const replyTo = randomUUID();

/** A client of the broker and backend that the environment names; only what is used is loaded, and read from it. */
export function createTaskClient(env: NodeJS.ProcessEnv): TaskClient {
  let transport: Promise<Transport> | undefined;
  let store: Promise<ResultStore> | undefined;
  return createClient({
    transport: {
      async publish(body, options) {
        transport ??= import('../transport/sqs/sqsTransport.ts').then(({ connectTransport }) => connectTransport(env));
        return (await transport).publish(body, options);
      },
    },
    store() {
      store ??= import('../store/dynamodb/connectStore.ts').then(({ connectStore }) => connectStore(env));
      return store;
    },
    control: connectRemoteControl(env),
  });
}

export function createClient(connection: Connection): TaskClient {
  const { transport, store, control } = connection;

  const sendFor =
    (optionsOf: Sender['optionsOf']): Send =>
    async (signature, call) => {
      const current = runningTask();
      const expansion = expand(signature, call, senderOf(optionsOf));
      await publishExpansion(expansion, {
        startChord: async (groupId, members) => (await store()).startChord(groupId, members),
        publish: transport.publish,
      });
      current?.children.push(...expansion.children);
      return handleOf(expansion.result, connection);
    };

  return {
    canvas: (optionsOf) => createCanvas(sendFor(optionsOf)),
    send(task, args, { kwargs = {}, ...options }: ApplyOptions, optionsOf) {
      return sendFor(optionsOf)(taskOf(task, args, kwargs), { options: wireOptions(options) });
    },
    result: (id) => createAsyncResult(id, connection),
    groups: {
      async restore(id) {
        const group = await (await store()).readGroup(id);
        return group && (handleOf(group, connection) as GroupResult);
      },
    },
    control,
  };
}

/** Whoever sends: a client, or the task whose code does. */
function senderOf(optionsOf: Sender['optionsOf']): Sender {
  const current = runningTask();
  return {
    rootId: current?.rootId ?? null,
    parentId: current?.parentId ?? null,
    newId: randomUUID,
    nowMs: Date.now(),
    replyTo,
    optionsOf,
  };
}
