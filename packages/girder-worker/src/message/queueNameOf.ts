import type { Message } from './message.ts';

/** The name by which the sender of a message knows its queue. */
export function queueNameOf({ deliveryInfo }: Pick<Message, 'deliveryInfo'>): string {
  return deliveryInfo.routingKey || 'celery';
}
