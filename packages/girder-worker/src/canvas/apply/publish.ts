import { encode, type OutgoingMessage } from '../../message/encode.ts';
import type { ChordStore } from '../../store/chordStore.ts';
import { forEachConcurrently } from '../../system/concurrently.ts';
import { yieldToEventLoop } from '../../system/eventLoop.ts';
import { nodeSystem } from '../../system/nodeSystem.ts';
import type { System } from '../../system/system.ts';
import { createSequence } from '../../system/turns.ts';
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

/** The most messages that are published, and chords that are written, at the same time. */
const maxConcurrency = 20;

/** The text that is encoded between two turns of the event loop: a few ms. */
const charactersPerTurn = 256 * 1024;

/**
 * Writes the chords, and then publishes the messages: a member that ends early finds its chord. A message is encoded when its
 * turn comes, so that a large group neither blocks the event loop nor exists as a whole. If one of the queues is a FIFO queue,
 * the messages are published one by one, to keep their order. `delaySeconds` overrides that of each message.
 */
export async function publishExpansion(
  { chords, messages }: Expansion,
  { startChord, publish, beforePublish, origin, system = nodeSystem }: PublishDeps,
  { delaySeconds }: { readonly delaySeconds?: number } = {},
): Promise<void> {
  await forEachConcurrently(chords, maxConcurrency, ({ groupId, members }) => startChord(groupId, members));
  const prepared = beforePublish ? await beforePublish(messages) : messages;
  const outbox = prepared.map((message) => {
    const route = routeOf(message, origin);
    return { message, route: delaySeconds === undefined ? route : { ...route, delaySeconds } };
  });
  const isFifo = outbox.some(({ route: { queue, queueArn = queue } }) => queueArn.endsWith('.fifo'));
  const encodeNext = createEncoder(system);
  await forEachConcurrently(outbox, isFifo ? 1 : maxConcurrency, async ({ message, route }) => {
    await publish(await encodeNext(message), route);
  });
}

/** Returns a function that encodes one message after the other, with turns of the event loop between parts of them. */
function createEncoder(system: Pick<System, 'now' | 'randomUUID'>): (message: OutgoingMessage) => Promise<string> {
  let characters = 0;
  const inSequence = createSequence();
  return (message) =>
    inSequence(async () => {
      const body = encode(message, system);
      characters += body.length;
      if (characters < charactersPerTurn) return body;
      characters = 0;
      await yieldToEventLoop();
      return body;
    });
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
