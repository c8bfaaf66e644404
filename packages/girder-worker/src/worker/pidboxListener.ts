import { toDelivery } from '../dispatch/delivery.ts';
import type { Log } from '../events/log.ts';
import { nodeSystem } from '../system/nodeSystem.ts';
import type { QueueConsumer } from '../transport/queueConsumer.ts';
import type { PidboxQueue } from '../transport/sqs/pidboxQueue.ts';
import type { Transport } from '../transport/transport.ts';
import { describeError, isConnectionError, retryUntil } from './retryUntil.ts';

/** How long a command that failed stays hidden before it is tried again. */
const visibilityTimeoutSeconds = 10;
const waitSeconds = 20; // The longest that SQS waits.
const maxMessages = 10; // The most that SQS delivers at once.

/** Before a queue that was deleted is replaced; another process may delete it each time. */
const replacementDelayMs = 1000;

export interface PidboxListenerOptions {
  readonly open: () => Promise<PidboxQueue>;
  /** Executes one command, given as the text that Kombu published. Rejects if the command is worth repeating. */
  readonly receive: (text: string) => Promise<void>;
  readonly transport: Pick<Transport, 'acknowledge'>;
  readonly log: Log;
}

/**
 * Receives the commands of remote control. Returns the function that stops it and deletes the queue. A fault that does not
 * pass, such as a missing permission, is logged, and the worker goes on without remote control.
 */
export function startPidboxListener(options: PidboxListenerOptions): () => Promise<void> {
  const stopping = new AbortController();
  const listening = listen(options, stopping.signal);
  return () => {
    stopping.abort();
    return listening;
  };
}

async function listen(options: PidboxListenerOptions, signal: AbortSignal): Promise<void> {
  const { log } = options;
  try {
    while (!signal.aborted) await usePidboxQueue(options, signal);
  } catch (error) {
    log.warn(
      `pidbox: This worker takes no commands: ${describeError(error)}. Tasks can still be revoked through the table.`,
    );
  }
}

/** Receives commands from one queue, until the worker stops or the queue is deleted. */
async function usePidboxQueue(options: PidboxListenerOptions, signal: AbortSignal): Promise<void> {
  const { open, log } = options;
  const retry = <T>(what: string, isTransient: (error: unknown) => boolean, act: () => Promise<T>) =>
    retryUntil(act, {
      signal,
      isTransient,
      onError: (error, retryInSeconds) =>
        log.error(`pidbox: ${what}: ${describeError(error)}. Trying again in ${retryInSeconds} s...`),
    });

  const pidbox = await retry('Cannot open the queue', isConnectionError, open);
  if (!pidbox) return;
  const { topicArn, queue, close } = pidbox;
  log.info(`pidbox: Commands are taken from ${topicArn}`);
  try {
    const receiveSome = () => receiveCommands(queue, options, signal);
    while (!signal.aborted) await retry('Cannot receive commands', (error) => !isDeleted(error), receiveSome);
  } catch (error) {
    log.error(`pidbox: ${describeError(error)} The queue ${queue.name} is replaced by another.`);
    await nodeSystem.sleep(replacementDelayMs, signal);
  } finally {
    await close().catch((error: unknown) => {
      log.warn(`pidbox: Cannot delete the queue ${queue.name}: ${describeError(error)}`);
    });
  }
}

function isDeleted(error: unknown): boolean {
  return error instanceof Error && error.name === 'QueueDoesNotExist';
}

async function receiveCommands(
  queue: QueueConsumer,
  { receive, transport, log }: PidboxListenerOptions,
  signal: AbortSignal,
): Promise<void> {
  for (const record of await queue.receive({ maxMessages, visibilityTimeoutSeconds, waitSeconds, signal })) {
    try {
      await receive(record.body);
      await transport.acknowledge(toDelivery(record).receipt);
    } catch (error) {
      log.error(`pidbox: A command failed, trying again in ${visibilityTimeoutSeconds} s: ${describeError(error)}`);
    }
  }
}
