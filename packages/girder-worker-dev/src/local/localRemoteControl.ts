import { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { SNSEvent, SNSMessage, SQSEvent, SQSRecord } from 'aws-lambda';
import { createTopic, subscribeQueue } from 'girder-worker/internal/aws';
import { localCredentials, localRegion } from './emulators/credentials.ts';
import type { Emulators } from './emulators/emulators.ts';
import { createQueue } from './emulators/resources.ts';
import { createEventSourceMapping, type EventSourceMapping, type MappingFault } from './lambda/eventSourceMapping.ts';
import { createLambdaFunction, type LambdaFunction } from './lambda/lambdaFunction.ts';
import type { LambdaSettings } from './lambda/lambdaSettings.ts';
import { createReplaceableFunction } from './lambda/replaceableFunction.ts';

/** The topic to which Celery publishes the commands of remote control: Kombu's name for the exchange `celery.pidbox`. */
const topicName = 'celery-pidbox';

/** The same as in the deployed stack (serverless.yml). */
const timeoutSeconds = 30;
const memoryMb = 512;

export interface RemoteControlOptions {
  readonly sqs: SQSClient;
  readonly emulators: Pick<Emulators, 'sqsEndpoint'>;
  /** The path of the bundled handler. */
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
  readonly printLine: LambdaSettings['printLine'];
  readonly onFault: (fault: MappingFault) => void;
}

export interface LocalRemoteControl extends Pick<EventSourceMapping, 'stop'> {
  /** Loads the function from another file. */
  reload(file: string): Promise<void>;
}

/**
 * Subscribes the function of remote control to the topic of Celery's commands. The function is loaded at the first command.
 *
 * On AWS the topic invokes the function. The emulator supports only subscriptions of queues, so a queue is subscribed, and
 * its messages invoke the function one by one.
 */
export async function startRemoteControl(options: RemoteControlOptions): Promise<LocalRemoteControl> {
  const { sqs, emulators, file, env, printLine, onFault } = options;
  const settings = { name: `${topicName}-to-function`, visibilityTimeoutSeconds: timeoutSeconds, maxReceiveCount: 3 };
  const queue = await createQueue(sqs, settings);
  await subscribe(emulators.sqsEndpoint, queue.arn);
  const functionName = 'girder-worker-dev-control';
  const load = (handler: string) =>
    createLambdaFunction({ functionName, file: handler, timeoutSeconds, memoryMb, env, printLine });
  const lambda = createReplaceableFunction(load(file));
  const mapping = createEventSourceMapping({
    sqs,
    queue,
    lambda: invokedBySns(lambda),
    concurrency: 2,
    batchSize: 1,
    onFault,
  });
  mapping.start();
  return { stop: mapping.stop, reload: (other) => lambda.replace(load(other)) };
}

async function subscribe(endpoint: string, queueArn: string): Promise<void> {
  const sns = new SNSClient({ endpoint, region: localRegion, credentials: localCredentials });
  try {
    await subscribeQueue(sns, await createTopic(sns, topicName), queueArn, { isRaw: false });
  } finally {
    sns.destroy();
  }
}

/** Invokes a function with SNS events, asynchronously as SNS does: its response is ignored; an error returns the message to the queue. */
function invokedBySns(lambda: LambdaFunction): LambdaFunction {
  return {
    ...lambda,
    async invoke(event) {
      for (const record of (event as SQSEvent).Records) await lambda.invoke(snsEvent(record));
      return { batchItemFailures: [] };
    },
  };
}

/** Converts a notification that SNS sent to a queue into the event with which SNS would invoke a function. */
function snsEvent({ body }: Pick<SQSRecord, 'body'>): SNSEvent {
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
