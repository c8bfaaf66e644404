import type { SNSEvent, SNSMessage, SQSRecord } from 'aws-lambda';

/**
 * The event with which SNS would invoke a function that is subscribed to a topic, from the notification that it put into a
 * queue: the emulator has subscriptions of queues alone.
 */
export function snsEvent({ body }: Pick<SQSRecord, 'body'>): SNSEvent {
  const notification = JSON.parse(body) as SNSMessage & Pick<Partial<SNSMessage>, 'MessageAttributes'>;
  const { TopicArn, MessageAttributes = {} } = notification;
  return {
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: `${TopicArn}:local`,
        Sns: { ...notification, MessageAttributes },
      },
    ],
  };
}
