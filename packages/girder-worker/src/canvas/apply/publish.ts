import { encode, type OutgoingMessage } from '../../message/encode.ts';
import type { ChordStore } from '../../store/chordStore.ts';
import { nodeSystem } from '../../system/nodeSystem.ts';
import type { System } from '../../system/system.ts';
import type { BeforePublish } from '../../task/current.ts';
import type { Expansion } from './expansion.ts';

/** The queue of a message and the SQS parameters of its SendMessage. */
export interface Route {
  readonly queue: string;
  readonly delaySeconds?: number;
  readonly messageGroupId?: string;
  readonly messageDeduplicationId?: string;
}

export interface PublishDeps {
  readonly startChord: ChordStore['startChord'];
  readonly publish: (body: string, route: Route) => Promise<void>;
  readonly beforePublish?: BeforePublish | undefined;
  /** @default nodeSystem */
  readonly system?: Pick<System, 'now' | 'randomUUID'>;
}

/** The most messages that are published at the same time. */
const maxConcurrency = 20;

/**
 * Writes the chords, and then publishes the messages: a member that ends early finds its chord. If one of the queues is a
 * FIFO queue, the messages are published one by one, to keep their order. `delaySeconds` overrides that of each message.
 */
export async function publishExpansion(
  { chords, messages }: Expansion,
  { startChord, publish, beforePublish, system = nodeSystem }: PublishDeps,
  { delaySeconds }: { readonly delaySeconds?: number } = {},
): Promise<void> {
  await Promise.all(chords.map(({ groupId, members }) => startChord(groupId, members)));
  const prepared = beforePublish ? await beforePublish(messages) : messages;
  const outbox = prepared.map((message) => {
    const route = routeOf(message);
    return {
      body: encode(message, system),
      route: delaySeconds === undefined ? route : { ...route, delaySeconds },
    };
  });
  const concurrency = outbox.some(({ route }) => route.queue.endsWith('.fifo')) ? 1 : maxConcurrency;
  for (let i = 0; i < outbox.length; i += concurrency) {
    await Promise.all(outbox.slice(i, i + concurrency).map(({ body, route }) => publish(body, route)));
  }
}

/** The properties that Kombu reads when it sends a message (docs/wire-format.md §1.6). */
function routeOf({ deliveryInfo, properties = {} }: OutgoingMessage): Route {
  const { DelaySeconds, delay_seconds, MessageGroupId, MessageDeduplicationId } = properties;
  const delay = DelaySeconds ?? delay_seconds;
  return {
    queue: deliveryInfo?.routingKey ?? 'celery',
    ...(typeof delay === 'number' && { delaySeconds: delay }),
    ...(typeof MessageGroupId === 'string' && { messageGroupId: MessageGroupId }),
    ...(typeof MessageDeduplicationId === 'string' && { messageDeduplicationId: MessageDeduplicationId }),
  };
}
