import { isoToMs } from '../kombu/isoTime.ts';
import type { Message } from '../message/message.ts';
import type { Delivery } from './delivery.ts';
import { title } from './report.ts';
import type { DispatcherDeps, Disposition } from './stations.ts';

/**
 * Sends a message away again whose time has not come. SQS delays a message for 15 minutes at most, so that a long wait is
 * a relay of such messages; a FIFO queue knows no delays, but hides what it has delivered.
 */
export function createPostponement({ transport, log, clock }: DispatcherDeps) {
  return async (delivery: Delivery, message: Message): Promise<Disposition | undefined> => {
    const waitMs = message.eta === null ? 0 : isoToMs(message.eta) - clock();
    if (!(waitMs > 0) || isExpired(message, clock())) return undefined;

    log.info(`Task ${title(message)} has to wait until ${message.eta}`);
    const delaySeconds = Math.ceil(waitMs / 1000);
    if (delivery.receipt.queueArn.endsWith('.fifo')) return { returnInSeconds: delaySeconds };
    await transport.resend(delivery.receipt, delivery.body, { delaySeconds });
    return 'settled';
  };
}

/** Whether nobody wants the task any more. */
export function isExpired({ expires }: Message, nowMs: number): boolean {
  return expires !== null && isoToMs(expires) <= nowMs;
}
