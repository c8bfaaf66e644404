import type { Emulators } from '../../packages/girder-worker-dev/src/local/emulators/emulators.ts';
import { createQueue, localSqsClient } from '../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { createEventSourceMapping } from '../../packages/girder-worker-dev/src/local/lambda/eventSourceMapping.ts';
import { startFunction } from './function.ts';

/** A worker that takes messages from a queue and stores their results. */
export interface RunningWorker {
  /** Returns its processes. Measurements include their descendants. */
  pids(): number[];
  stop(): Promise<void>;
}

export interface DispatcherOptions {
  readonly emulators: Emulators;
  readonly handlerFile: string;
  /** Concurrent invocations. */
  readonly invocations: number;
  readonly env?: NodeJS.ProcessEnv;
}

/** Connects the bundled dispatcher to a queue. This process polls the queue, as Lambda does. */
export async function startDispatcherOn(queueName: string, options: DispatcherOptions): Promise<RunningWorker> {
  const { emulators, handlerFile, invocations, env = {} } = options;
  const sqs = localSqsClient(emulators.sqsEndpoint);
  const queue = await createQueue(sqs, { name: queueName, visibilityTimeoutSeconds: 300, maxReceiveCount: 10 });
  const lambda = await startFunction({ emulators, handlerFile, deadLetterUrl: queue.deadLetterUrl, env });
  const onFault = ({ code, reason }: { code: string; reason: string }) => console.error(`${code}: ${reason}`);
  const mapping = createEventSourceMapping({ sqs, queue, lambda, concurrency: invocations, onFault });
  mapping.start();
  return {
    pids: lambda.pids,
    async stop() {
      await mapping.stop(1000);
      sqs.destroy();
    },
  };
}
