import type { OutgoingMessage } from '../../message/encode.ts';

/** How a message is to be put into its queue; the transport's own terms. */
export interface Route {
  readonly queue: string;
  readonly delaySeconds?: number;
  readonly messageGroupId?: string;
  readonly messageDeduplicationId?: string;
}

/** What Kombu reads from the properties of a message when it puts it into its queue (wire specification §1.6). */
export function routeOf({ deliveryInfo, properties = {} }: OutgoingMessage): Route {
  const { DelaySeconds, delay_seconds, MessageGroupId, MessageDeduplicationId } = properties;
  const delay = DelaySeconds ?? delay_seconds;
  return {
    queue: deliveryInfo?.routingKey ?? 'celery',
    ...(typeof delay === 'number' && { delaySeconds: delay }),
    ...(typeof MessageGroupId === 'string' && { messageGroupId: MessageGroupId }),
    ...(typeof MessageDeduplicationId === 'string' && { messageDeduplicationId: MessageDeduplicationId }),
  };
}
