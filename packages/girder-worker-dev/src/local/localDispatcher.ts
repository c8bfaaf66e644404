import { sqsQueueName } from 'girder-worker/internal/aws';
import type { Emulators } from './emulators/emulators.ts';
import { createHistoryTable, createQueue, createResultTable, localSqsClient } from './emulators/resources.ts';
import { stackVariables } from './emulators/variables.ts';
import { createEventSourceMapping, type MappingFault } from './lambda/eventSourceMapping.ts';
import { killedByLast } from './lambda/killedByLast.ts';
import { createLambdaFunction } from './lambda/lambdaFunction.ts';
import type { LambdaSettings } from './lambda/lambdaSettings.ts';
import { createReplaceableFunction } from './lambda/replaceableFunction.ts';
import { deadLetterTimeoutSeconds, startDeadLetters } from './localDeadLetters.ts';
import { startRemoteControl } from './localRemoteControl.ts';

/** Celery's default name. */
export const tableName = 'celery';
export const historyTableName = 'celery-history';

/** The defaults of the deployed stack (serverless.yml). */
const functionName = 'girder-worker-dev-dispatcher';
const memoryMb = 1769;
const maxReceiveCount = 10;
const fifoMaxReceiveCount = 900;

/**
 * How much longer the visibility timeout is than the timeout of an invocation. The claim of an invocation that died expires
 * up to 5 s after its timeout; a message that returns earlier would be put back into the queue.
 */
const visibilityMarginSeconds = 10;

/** The paths of the bundled handlers. */
export interface FunctionFiles {
  readonly file: string;
  /** Of remote control; undefined disables it. */
  readonly controlFile?: string;
  /** Of dead letters; undefined leaves undelivered messages in the dead-letter queues, and their tasks PENDING. */
  readonly deadLettersFile?: string;
}

export interface LocalDispatcherOptions extends FunctionFiles {
  readonly emulators: Emulators;
  /** Celery's names of the queues. @default celery */
  readonly queues?: readonly string[];
  /** The largest number of concurrent invocations for each queue. */
  readonly concurrency: number;
  readonly timeoutSeconds: number;
  /** Whether the runs of tasks are recorded in the table `celery-history`, which is created. @default false */
  readonly history?: boolean;
  /** Environment variables of the functions in addition to those of the stack. */
  readonly env?: NodeJS.ProcessEnv;
  readonly printLine: LambdaSettings['printLine'];
  readonly onFault: (fault: MappingFault) => void;
}

export interface LocalDispatcher {
  /**
   * Loads functions from other files, and invokes them from then on. Running tasks end in those before, which are killed
   * then; `onDrained` is called. Rejects, and changes nothing, if the dispatcher cannot be loaded.
   */
  reload(files: FunctionFiles, onDrained: () => void): Promise<void>;
  /** Stops polling, waits up to `graceMs` for running invocations, and then kills those that still run. */
  stop(graceMs: number): Promise<void>;
}

/** Creates queues and table, loads the function of the dispatcher, and maps the queues to it. Rejects if it cannot be loaded. */
export async function startLocalDispatcher(options: LocalDispatcherOptions): Promise<LocalDispatcher> {
  const {
    emulators,
    file,
    controlFile,
    deadLettersFile,
    concurrency,
    timeoutSeconds,
    printLine,
    onFault,
    env: more,
  } = options;
  const { queues: names = ['celery'], history = false } = options;
  const sqs = localSqsClient(emulators.sqsEndpoint);
  const visibilityTimeoutSeconds = timeoutSeconds + visibilityMarginSeconds;
  const settings = {
    visibilityTimeoutSeconds,
    ...(deadLettersFile !== undefined && {
      undeliveredTimeoutSeconds: deadLetterTimeoutSeconds + visibilityMarginSeconds,
    }),
  };
  const queues = await Promise.all(
    names.map((name) =>
      createQueue(sqs, {
        ...settings,
        name: sqsQueueName(name),
        maxReceiveCount: name.endsWith('.fifo') ? fifoMaxReceiveCount : maxReceiveCount,
      }),
    ),
  );
  await createResultTable(emulators.dynamodbEndpoint, tableName);
  if (history) await createHistoryTable(emulators.dynamodbEndpoint, historyTableName);

  const env = {
    ...stackVariables(emulators, tableName),
    GIRDER_WORKER_LOG_FORMAT: 'text',
    ...(history && { GIRDER_WORKER_HISTORY_TABLE: historyTableName }),
    ...more,
  };
  const load = (handler: string) =>
    createLambdaFunction({ functionName, file: handler, timeoutSeconds, memoryMb, env, printLine });
  const lambda = createReplaceableFunction(load(file));
  await lambda.warmUp();
  const shared = killedByLast(lambda, queues.length);
  const mappings = queues.map((queue) =>
    createEventSourceMapping({ sqs, queue, lambda: shared, concurrency, onFault }),
  );
  for (const mapping of mappings) mapping.start();
  const controlEnv = {
    ...env,
    GIRDER_WORKER_NODE_NAME: `girder-worker@${functionName}`,
    GIRDER_WORKER_QUEUES: names.join(','),
  };
  const control =
    controlFile === undefined
      ? undefined
      : await startRemoteControl({ sqs, emulators, file: controlFile, env: controlEnv, printLine, onFault });
  const deadLetters =
    deadLettersFile === undefined
      ? undefined
      : startDeadLetters({ sqs, queues, file: deadLettersFile, env, printLine, onFault });
  return {
    async reload(files, onDrained) {
      await lambda.replace(load(files.file), onDrained);
      if (files.controlFile !== undefined) await control?.reload(files.controlFile);
      if (files.deadLettersFile !== undefined) await deadLetters?.reload(files.deadLettersFile);
    },
    async stop(graceMs) {
      const others = [control, deadLetters].map((part) => part?.stop(graceMs));
      await Promise.all([...mappings.map((mapping) => mapping.stop(graceMs)), ...others]);
      sqs.destroy();
    },
  };
}
