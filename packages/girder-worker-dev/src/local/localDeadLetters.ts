import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Queue } from './emulators/resources.ts';
import { createEventSourceMapping, type EventSourceMapping, type MappingFault } from './lambda/eventSourceMapping.ts';
import { killedByLast } from './lambda/killedByLast.ts';
import { createLambdaFunction } from './lambda/lambdaFunction.ts';
import type { LambdaSettings } from './lambda/lambdaSettings.ts';
import { createReplaceableFunction } from './lambda/replaceableFunction.ts';

/** The same as in the deployed stack (serverless.yml). */
export const deadLetterTimeoutSeconds = 60;
const memoryMb = 512;
const concurrency = 2;

export interface DeadLettersOptions {
  readonly sqs: SQSClient;
  /** Those that have a queue of undelivered messages. */
  readonly queues: readonly Queue[];
  /** The path of the bundled handler. */
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
  readonly printLine: LambdaSettings['printLine'];
  readonly onFault: (fault: MappingFault) => void;
}

export interface LocalDeadLetters extends Pick<EventSourceMapping, 'stop'> {
  /** Loads the function from another file. */
  reload(file: string): Promise<void>;
}

/** Maps the undelivered messages of queues to the function of dead letters, which is loaded at the first of them. */
export function startDeadLetters({ sqs, queues, file, env, printLine, onFault }: DeadLettersOptions): LocalDeadLetters {
  const functionName = 'girder-worker-dev-deadLetters';
  const load = (handler: string) =>
    createLambdaFunction({
      ...{ functionName, file: handler, timeoutSeconds: deadLetterTimeoutSeconds, memoryMb, env, printLine },
    });
  const lambda = createReplaceableFunction(load(file));
  const inboxes = queues.flatMap(({ undelivered }) => undelivered ?? []);
  const shared = killedByLast(lambda, inboxes.length);
  const mappings = inboxes.map((queue) =>
    createEventSourceMapping({ sqs, queue, lambda: shared, concurrency, onFault }),
  );
  for (const mapping of mappings) mapping.start();
  return {
    reload: (other) => lambda.replace(load(other)),
    async stop(graceMs) {
      await Promise.all(mappings.map((mapping) => mapping.stop(graceMs)));
    },
  };
}
