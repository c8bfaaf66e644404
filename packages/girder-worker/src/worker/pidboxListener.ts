import { toDelivery } from '../dispatch/delivery.ts';
import type { Log } from '../events/log.ts';
import { nodeSystem } from '../system/nodeSystem.ts';
import { createOutage, describeError, type Outage } from '../system/outage.ts';
import { isTransientError } from '../system/transientError.ts';
import type { QueueConsumer } from '../transport/queueConsumer.ts';
import type { PidboxQueue } from '../transport/sqs/pidboxQueue.ts';
import type { Transport } from '../transport/transport.ts';
import { retryUntil } from './retryUntil.ts';

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

/** What can fail again and again. Each lives as long as the listener: a queue that is replaced ends no outage. */
interface Outages {
  readonly opening: Outage;
  readonly receiving: Outage;
  readonly executing: Outage;
}

async function listen(options: PidboxListenerOptions, signal: AbortSignal): Promise<void> {
  const { log } = options;
  const outage = (what: string, ended: string) =>
    createOutage({ what, ended, log, level: 'error', system: nodeSystem });
  const outages: Outages = {
    opening: outage('pidbox: Cannot open the queue', 'pidbox: The queue was opened'),
    receiving: outage('pidbox: Cannot receive commands', 'pidbox: Commands are received again'),
    executing: outage('pidbox: A command failed, and will be tried again', 'pidbox: Commands are executed again'),
  };
  try {
    while (!signal.aborted) await usePidboxQueue(options, outages, signal);
  } catch (error) {
    log.warn(
      `pidbox: This worker takes no commands: ${describeError(error)}. Tasks can still be revoked through the table.`,
    );
  }
}

/** Receives commands from one queue, until the worker stops or the queue is deleted. */
async function usePidboxQueue(options: PidboxListenerOptions, outages: Outages, signal: AbortSignal): Promise<void> {
  const { open, log } = options;
  const pidbox = await retryUntil(open, { signal, isTransient: isTransientError, outage: outages.opening });
  if (!pidbox) return;
  const { topicArn, queue, close } = pidbox;
  log.info(`pidbox: Commands are taken from ${topicArn}`);
  try {
    const receiveSome = () => receiveCommands(queue, options, outages.executing, signal);
    const isTransient = (error: unknown) => !isDeleted(error);
    while (!signal.aborted) await retryUntil(receiveSome, { signal, isTransient, outage: outages.receiving });
  } catch (error) {
    log.error(`pidbox: ${describeError(error)}. The queue ${queue.name} is replaced by another.`);
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
  { receive, transport }: PidboxListenerOptions,
  executing: Outage,
  signal: AbortSignal,
): Promise<void> {
  for (const record of await queue.receive({ maxMessages, visibilityTimeoutSeconds, waitSeconds, signal })) {
    try {
      await receive(record.body);
      await transport.acknowledge(toDelivery(record).receipt);
      executing.succeeded();
    } catch (error) {
      executing.failed(error);
    }
  }
}
