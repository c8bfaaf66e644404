import { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { createTopic, subscribeQueue } from '../transport/sqs/snsTopic.ts';
import { localCredentials, localRegion } from './emulators/credentials.ts';
import type { Emulators } from './emulators/emulators.ts';
import { createQueue } from './emulators/resources.ts';
import { createEventSourceMapping, type EventSourceMapping, type MappingFault } from './lambda/eventSourceMapping.ts';
import { createLambdaFunction, type LambdaFunction } from './lambda/lambdaFunction.ts';
import type { LambdaSettings } from './lambda/lambdaSettings.ts';
import { snsEvent } from './lambda/snsEvent.ts';

/** To which Celery publishes the commands of remote control: Kombu's name for the exchange `celery.pidbox`. */
const topicName = 'celery-pidbox';

/** As the deployed stack has them (infra/control.yml). */
const timeoutSeconds = 30;
const memoryMb = 512;

export interface RemoteControlOptions {
  readonly sqs: SQSClient;
  readonly emulators: Pick<Emulators, 'sqsEndpoint'>;
  /** The bundled handler. */
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
  readonly printLine: LambdaSettings['printLine'];
  readonly onFault: (fault: MappingFault) => void;
}

/**
 * Subscribes the function of remote control to the topic of Celery's commands. It is loaded with the first command.
 *
 * On AWS the topic invokes the function; the emulator can only put notifications into a queue, from which they are taken
 * here, one by one.
 */
export async function startRemoteControl(options: RemoteControlOptions): Promise<Pick<EventSourceMapping, 'stop'>> {
  const { sqs, emulators, file, env, printLine, onFault } = options;
  const settings = { name: `${topicName}-to-function`, visibilityTimeoutSeconds: timeoutSeconds, maxReceiveCount: 3 };
  const queue = await createQueue(sqs, settings);
  await subscribe(emulators.sqsEndpoint, queue.arn);
  const lambda = createLambdaFunction({
    functionName: 'girder-worker-dev-control',
    file,
    timeoutSeconds,
    memoryMb,
    env,
    printLine,
  });
  const mapping = createEventSourceMapping({
    sqs,
    queue,
    lambda: invokedBySns(lambda),
    concurrency: 2,
    batchSize: 1,
    onFault,
  });
  mapping.start();
  return mapping;
}

async function subscribe(endpoint: string, queueArn: string): Promise<void> {
  const sns = new SNSClient({ endpoint, region: localRegion, credentials: localCredentials });
  try {
    await subscribeQueue(sns, await createTopic(sns, topicName), queueArn, { isRaw: false });
  } finally {
    sns.destroy();
  }
}

/** A function that is invoked asynchronously: nobody looks at its response, and what it throws brings the event back. */
function invokedBySns(lambda: LambdaFunction): LambdaFunction {
  return {
    ...lambda,
    async invoke(event) {
      for (const record of (event as SQSEvent).Records) await lambda.invoke(snsEvent(record));
      return { batchItemFailures: [] };
    },
  };
}
