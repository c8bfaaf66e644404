import { encode, type OutgoingMessage } from '../../message/encode.ts';
import type { ChordStore } from '../../store/chordStore.ts';
import { forEachConcurrently } from '../../system/concurrently.ts';
import { yieldToEventLoop } from '../../system/eventLoop.ts';
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

/** A message that is ready to be sent. */
export interface EncodedMessage extends Route {
  readonly body: string;
}

/** A message that the broker refuses now and at any other attempt. */
export interface Refused<Message extends EncodedMessage> {
  readonly message: Message;
  readonly error: Error;
}

/** The queue from which the message came that the published messages follow. */
export interface OriginQueue {
  /** Celery's name, as the sender of the message knows the queue. */
  readonly queue: string;
  readonly queueArn: string;
}

export interface PublishDeps {
  readonly startChord: ChordStore['startChord'];
  /** Sends messages, in their order within each FIFO queue. Resolves to those that the broker refuses; all others are sent. */
  readonly publishAll: <Message extends EncodedMessage>(
    messages: AsyncIterable<Message>,
  ) => Promise<readonly Refused<Message>[]>;
  readonly beforePublish?: BeforePublish | undefined;
  /** Messages to the queue of this name go to this very queue. Undefined for a client. */
  readonly origin?: OriginQueue | undefined;
  /** @default nodeSystem */
  readonly system?: Pick<System, 'now' | 'randomUUID'>;
}

/** The most chords that are written at the same time. */
const maxConcurrency = 20;

/** The text that is encoded between two turns of the event loop: a few ms. */
const charactersPerTurn = 256 * 1024;

/**
 * Writes the chords, and then publishes the messages: a member that ends early finds its chord. A message is encoded when its
 * turn comes, so that a large group neither blocks the event loop nor exists as a whole. No message has a shorter
 * delay than `minDelaySeconds`.
 *
 * Resolves to the messages that the broker refuses; all others are sent.
 */
export async function publishExpansion(
  { chords, messages }: Expansion,
  { startChord, publishAll, beforePublish, origin, system = nodeSystem }: PublishDeps,
  { minDelaySeconds = 0 }: { readonly minDelaySeconds?: number } = {},
): Promise<readonly Refused<EncodedMessage>[]> {
  await forEachConcurrently(chords, maxConcurrency, ({ groupId, members }) => startChord(groupId, members));
  const prepared = beforePublish ? await beforePublish(messages) : messages;
  return publishAll(encoded(prepared));

  /** The encoded messages, with turns of the event loop between parts of them. */
  async function* encoded(left: typeof messages) {
    let characters = 0;
    for (const message of left) {
      const body = encode(message, system);
      const route = routeOf(message, origin);
      yield { body, ...route, delaySeconds: Math.max(route.delaySeconds ?? 0, minDelaySeconds) };
      characters += body.length;
      if (characters < charactersPerTurn) continue;
      characters = 0;
      await yieldToEventLoop();
    }
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
