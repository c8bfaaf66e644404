import { encode, type OutgoingMessage } from '../../message/encode.ts';
import type { ChordStore } from '../../store/chordStore.ts';
import { nodeSystem } from '../../system/nodeSystem.ts';
import type { System } from '../../system/system.ts';
import type { BeforePublish } from '../../task/current.ts';
import type { Expansion } from './expansion.ts';

/** The queue of a message and the SQS parameters of its SendMessage. */
export interface Route {
  readonly queue: string;
  /** The queue in SQS, if it is known. */
  readonly queueArn?: string;
  readonly delaySeconds?: number;
  readonly messageGroupId?: string;
  readonly messageDeduplicationId?: string;
}

/** The queue from which the message came that the published messages follow. */
export interface OriginQueue {
  /** Celery's name, as the sender of the message knows the queue. */
  readonly queue: string;
  readonly queueArn: string;
}

export interface PublishDeps {
  readonly startChord: ChordStore['startChord'];
  readonly publish: (body: string, route: Route) => Promise<void>;
  readonly beforePublish?: BeforePublish | undefined;
  /** Messages to the queue of this name go to this very queue. Undefined for a client. */
  readonly origin?: OriginQueue | undefined;
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
  { startChord, publish, beforePublish, origin, system = nodeSystem }: PublishDeps,
  { delaySeconds }: { readonly delaySeconds?: number } = {},
): Promise<void> {
  await Promise.all(chords.map(({ groupId, members }) => startChord(groupId, members)));
  const prepared = beforePublish ? await beforePublish(messages) : messages;
  const outbox = prepared.map((message) => {
    const route = routeOf(message, origin);
    return {
      body: encode(message, system),
      route: delaySeconds === undefined ? route : { ...route, delaySeconds },
    };
  });
  const concurrency = outbox.some(({ route: { queue, queueArn = queue } }) => queueArn.endsWith('.fifo'))
    ? 1
    : maxConcurrency;
  for (let i = 0; i < outbox.length; i += concurrency) {
    await Promise.all(outbox.slice(i, i + concurrency).map(({ body, route }) => publish(body, route)));
  }
}

/** The properties that Kombu reads when it sends a message (docs/wire-format.md §1.6). */
function routeOf({ deliveryInfo, properties = {} }: OutgoingMessage, origin: OriginQueue | undefined): Route {
  const { DelaySeconds, delay_seconds, MessageGroupId, MessageDeduplicationId } = properties;
  const delay = DelaySeconds ?? delay_seconds;
  const queue = deliveryInfo?.routingKey ?? 'celery';
  return {
    queue,
    ...(origin?.queue === queue && { queueArn: origin.queueArn }),
    ...(typeof delay === 'number' && { delaySeconds: delay }),
    ...(typeof MessageGroupId === 'string' && { messageGroupId: MessageGroupId }),
    ...(typeof MessageDeduplicationId === 'string' && { messageDeduplicationId: MessageDeduplicationId }),
  };
}
