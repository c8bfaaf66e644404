import { createHash } from 'node:crypto';
import { taskIdsOf } from '../canvas/apply/resultTuple.ts';
import type { Message } from '../message/message.ts';
import type { HopAnswer } from '../store/hopStore.ts';
import { memberRenewalDays } from '../store/limits.ts';
import { isFifo } from '../transport/queueName.ts';
import { maxDelaySeconds } from '../transport/transport.ts';
import type { Delivery } from './delivery.ts';
import { countIn, withCount } from './deliveryCount.ts';
import type { DispatcherDeps, Disposition } from './deps.ts';
import { isEtaTooFar, isExpired, maxFifoHiddenSeconds, waitForEtaMs } from './eta.ts';
import { createTaskRun, type RunContext, taskFields } from './taskRun.ts';

/** The hops in the time after which the results of a chord are kept on. */
const hopsPerRenewal = (memberRenewalDays * 24 * 3600) / maxDelaySeconds;

/**
 * Returns the disposition of a message whose eta has not come; undefined for any other, whose task may run.
 *
 * SQS delays a message for at most 15 minutes, so a long wait is a series of hops: the message is sent again, with the attribute
 * `girder-worker-hop`, and deleted. What dies between the two makes the hop twice, but only one of the copies makes the next one:
 *
 * - A copy takes a hop in the table before it makes it, and is deleted only when the next copy was sent. The owner of the last hop is therefore
 *   in the queue, or the copy that it sent is, which can take the next hop.
 * - A copy is dropped only if a later hop than its own was taken, and then the message goes on with the owner of that.
 * - If its own hop was taken by another copy, that may have died before it sent the next one: the copy stays in the queue until the hop has
 *   passed, or is free because nothing has followed it.
 * - Without an answer of the table the hop is made: rather twice than not at all. Clocks only decide when a hop is free again.
 *
 * The first hop of a message and the last 15 minutes of a wait need no record: a copy of them doubles nothing but itself.
 */
export function createEtaWait(deps: DispatcherDeps) {
  const { store, transport, log, events, system } = deps;

  return async function waitForEta(context: RunContext, message: Message): Promise<Disposition | undefined> {
    const { delivery } = context;
    const waitMs = waitForEtaMs(message, system.now());
    const { queueArn } = delivery.receipt;
    if (waitMs === 0 || isExpired(message, system.now()) || isEtaTooFar(message, queueArn, system.now()))
      return undefined;
    const fields = taskFields(message, delivery);
    const delaySeconds = Math.ceil(waitMs / 1000);
    const { receipt, body } = delivery;
    const title = `Task ${message.task}[${message.id}]`;
    const wait = () => {
      log.info(`${title} waits until ${message.eta}`, { ...fields, eta: message.eta });
      const { info } = createTaskRun(deps, message, context);
      if (info) events.emit('deferred', info, system.now() + waitMs);
    };
    if (isFifo(queueArn)) {
      wait(); // Hidden in its place, as the message group keeps its order.
      return { retryInSeconds: Math.min(delaySeconds, maxFifoHiddenSeconds) };
    }

    const hop = countIn(receipt, 'hops') + 1;
    const answer = hop === 1 || delaySeconds <= maxDelaySeconds ? taken : await takeHop(delivery, hop);
    if (answer.kind === 'passed') {
      log.info(`This copy of the message of ${title} is dropped: another one waits`, fields);
      return 'acknowledge';
    }
    if (answer.kind === 'takenElsewhere') {
      log.debug(`This copy of the message of ${title} returns to the queue: another one has been sent on`, fields);
      const freeInSeconds = Math.ceil(answer.freeInMs / 1000);
      return { retryInSeconds: Math.min(delaySeconds, Math.max(1, freeInSeconds), 2 * maxDelaySeconds) };
    }
    wait();
    if (hop % hopsPerRenewal === 0) await keepChord(message);
    await transport.resend(withCount(receipt, 'hops', hop), body, { delaySeconds });
    return 'acknowledge';
  };

  /** The results of the other members of the task's chord are needed when it ends, and would expire meanwhile. */
  async function keepChord({ group, embed, task, id }: Message): Promise<void> {
    if (group === null || embed.chord === null) return;
    try {
      await store.keepResults(group, taskIdsOf);
    } catch (error) {
      log.warn(`The results of the chord of task ${task}[${id}] are not kept on: ${error}`);
    }
  }

  async function takeHop({ messageId, body }: Delivery, number: number): Promise<HopAnswer> {
    const message = createHash('sha256').update(body).digest('base64url');
    try {
      return await store.takeHop({ message, number, owner: messageId });
    } catch (error) {
      log.warn(`Message ${messageId} is sent again without a record of it, as the table does not take it: ${error}`);
      return taken;
    }
  }
}

const taken: HopAnswer = { kind: 'taken' };
