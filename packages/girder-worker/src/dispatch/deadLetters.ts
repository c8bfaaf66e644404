import type { SQSMessageAttribute, SQSRecord } from 'aws-lambda';
import {
  deadLetterAttributes,
  deliveredTooOften,
  splitDeadLetterAttributes,
} from '../transport/deadLetterAttributes.ts';
import { queueNameInArn, sourceOfUndelivered } from '../transport/queueName.ts';
import type { Delivery } from './delivery.ts';
import { completeDeps, createBatchProcessor, type Dispatcher, type DispatcherOptions } from './dispatcher.ts';
import { createDeliveryProcessor } from './processDelivery.ts';

/** Why a message is a dead letter, and the queue in which its task belongs. */
interface Reason {
  readonly code: string;
  readonly reason: string;
  readonly queue: string;
}

/**
 * Creates the function that consumes the undelivered messages of a queue: those that SQS has moved there after too many deliveries, and
 * those that the dispatcher cannot decode. The task of each fails without running, unless it has ended, and what follows a failed task
 * follows. Then the message is sent to the dead-letter queue with its reason: the redrive target of the queue that this function consumes. If it
 * dies before the message is deleted, the dead-letter queue has two copies, of which a replay runs one.
 *
 * A message whose task another delivery has claimed returns until the claim ends.
 */
export function createDeadLetterConsumer(options: DispatcherOptions): Dispatcher {
  const deps = completeDeps(options);
  const { transport } = deps;
  const processor = createDeliveryProcessor(deps);
  const consume = createBatchProcessor(deps, async (context) => {
    const { receipt: inbox, body, receiveCount } = context.delivery;
    const { code, reason, queue } = reasonOf(context.delivery);
    const { sender: messageAttributes } = splitDeadLetterAttributes(inbox.messageAttributes);
    const delivery: Delivery = {
      ...context.delivery,
      receipt: { ...inbox, queueArn: queue, messageAttributes },
      inbox,
      receiveCount: Math.max(2, receiveCount), // It was delivered before, in its own queue, and may have ended its worker.
    };
    const disposition = await processor.fail({ ...context, delivery }, reason);
    if (disposition === 'acknowledge')
      await transport.deadLetter({ receipt: inbox, body, code, reason, queueArn: queue });
    return disposition;
  });
  return ({ Records }, invocation) => consume({ Records: Records.map(withReason) }, invocation);
}

/**
 * The record with the reason as message attributes, which a copy of it keeps. SQS names the queue from which it has moved a message itself: then
 * the attributes of a reason are an earlier one, or the sender's. Not every emulator names it: there, the name of the queue tells.
 */
function withReason(record: SQSRecord): SQSRecord {
  const { messageAttributes, eventSourceARN, attributes } = record;
  const moved = attributes.DeadLetterQueueSourceArn;
  if (moved === undefined && splitDeadLetterAttributes(messageAttributes).reason) return record;
  const queue = moved ?? sourceOfUndelivered(eventSourceARN) ?? eventSourceARN;
  const text = (stringValue: string): SQSMessageAttribute => ({ dataType: 'String', stringValue });
  const name = queueNameInArn(queue);
  const reason = `The message was delivered as often as the queue ${name} allows, and never acknowledged: the worker died, or returned it.`;
  const why = { code: text(deliveredTooOften), reason: text(reason), queue: text(queue) };
  return { ...record, messageAttributes: deadLetterAttributes(why, messageAttributes) };
}

function reasonOf({ receipt }: Delivery): Reason {
  const { reason } = splitDeadLetterAttributes(receipt.messageAttributes);
  if (reason) return reason;
  throw new Error('The dead letter has no reason.'); // `withReason` has given it one.
}
