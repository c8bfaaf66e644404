import { toDelivery } from '../dispatch/delivery.ts';
import { rested } from '../dispatch/repeatedly.ts';
import type { Log } from '../events/log.ts';
import type { QueueConsumer } from '../transport/queueConsumer.ts';
import type { PidboxQueue } from '../transport/sqs/pidboxQueue.ts';
import type { Transport } from '../transport/transport.ts';
import { describeError, isConnectionError, retryUntil } from './retryUntil.ts';

/** How long a command that could not be carried out stays hidden, before it is tried again. */
const visibilityTimeoutSeconds = 10;
const waitSeconds = 20; // The longest that SQS waits.
const restAfterLossMs = 1000; // Of a mailbox that somebody deletes each time.
const mostCommands = 10; // The most that SQS hands out at once.

export interface PidboxListenerOptions {
  readonly open: () => Promise<PidboxQueue>;
  /** Carries out one command, as the text that Kombu published; rejects where it is worth repeating. */
  readonly receive: (text: string) => Promise<void>;
  readonly transport: Pick<Transport, 'acknowledge'>;
  readonly log: Log;
}

/**
 * Takes the commands of remote control until it is told to stop, which takes the mailbox away again. Whatever is wrong with
 * it, such as a missing right, is logged, and the worker works without.
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
      `pidbox: This worker takes no commands: ${describeError(error)}. Tasks can be revoked by way of the table.`,
    );
  }
}

/** Takes commands from one mailbox, until the worker stops or the mailbox is gone. */
async function usePidboxQueue(options: PidboxListenerOptions, signal: AbortSignal): Promise<void> {
  const { open, log } = options;
  const persistently = <T>(what: string, isPassing: (error: unknown) => boolean, act: () => Promise<T>) =>
    retryUntil(act, {
      ...{ signal, isTransient: isPassing },
      onFault: (error, restSeconds) =>
        log.error(`pidbox: ${what}: ${describeError(error)}. Trying again in ${restSeconds} s...`),
    });

  const mailbox = await persistently('Cannot open the mailbox', isConnectionError, open);
  if (!mailbox) return;
  const { topicArn, queue, close } = mailbox;
  log.info(`pidbox: Commands are taken from ${topicArn}`);
  try {
    const takeSome = () => take(queue, options, signal);
    while (!signal.aborted) await persistently('Cannot receive commands', (error) => !isGone(error), takeSome);
  } catch (error) {
    log.error(`pidbox: ${describeError(error)} Another is made for ${queue.name}.`);
    await rested(restAfterLossMs, signal);
  } finally {
    await close().catch((error: unknown) => {
      log.warn(`pidbox: The queue ${queue.name} cannot be taken away: ${describeError(error)}`);
    });
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && error.name === 'QueueDoesNotExist';
}

async function take(
  queue: QueueConsumer,
  { receive, transport, log }: PidboxListenerOptions,
  signal: AbortSignal,
): Promise<void> {
  for (const record of await queue.receive({
    maxMessages: mostCommands,
    visibilityTimeoutSeconds,
    waitSeconds,
    signal,
  })) {
    try {
      await receive(record.body);
      await transport.acknowledge(toDelivery(record).receipt);
    } catch (error) {
      log.error(`pidbox: A command will be tried again in ${visibilityTimeoutSeconds} s: ${describeError(error)}`);
    }
  }
}
