import type { Message } from './message.ts';

/** The `delivery_info` of a request, as a Python worker of an SQS queue shows it. */
export function deliveryInfoOf({ deliveryInfo, priority }: Message, redelivered: boolean) {
  return { exchange: deliveryInfo.exchange, routing_key: deliveryInfo.routingKey, priority, redelivered };
}
