import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { createCeleryLogEvents } from '../events/celeryLogEvents.ts';
import { createTaskEventEmitter } from '../events/taskEventEmitter.ts';
import type { TaskEvents } from '../events/taskEvents.ts';
import { createRevocationPoller } from '../revocation/revocationPoller.ts';
import type { RevocationSource } from '../revocation/revocationSource.ts';
import { createTableRevocations } from '../revocation/tableRevocations.ts';
import { jittered } from '../system/backoff.ts';
import { nodeSystem } from '../system/nodeSystem.ts';
import type { System } from '../system/system.ts';
import { resolvesWithin } from '../system/timeouts.ts';
import { queueNameInArn } from '../transport/queueName.ts';
import { maxDelaySeconds } from '../transport/transport.ts';
import { byMessageGroup, type Delivery, outageBackoffSeconds, returnsOf, toDelivery } from './delivery.ts';
import { withCount } from './deliveryCount.ts';
import { createDeliveryFaults, type DeliveryFaults } from './deliveryFaults.ts';
import type {
  BeforeContinuations,
  DispatcherDeps,
  Disposition,
  InvocationWindow,
  LeaseOptions,
  RetryHeaders,
  TaskRequestHandler,
} from './deps.ts';
import { createIsolation } from './isolation.ts';
import { createDeliveryProcessor } from './processDelivery.ts';
import { createSharedTime } from './sharedTime.ts';
import type { RunContext } from './taskRun.ts';

/** One invocation, as Lambda describes it. */
export interface Invocation {
  readonly requestId: string;
  /** When Lambda stops the function, in ms since 1970. Infinity if it is never stopped, which requires a `lease`. */
  readonly deadlineMs: number;
}

type Required = 'registry' | 'pool' | 'solo' | 'store' | 'transport' | 'log' | 'worker';

export interface DispatcherOptions extends Pick<DispatcherDeps, Required> {
  /** Listeners beside Celery's log lines. @default none */
  readonly events?: readonly TaskEvents[];
  /** Sources of revocations beside the result table. @default none */
  readonly revocationSources?: readonly RevocationSource[];
  /** Answers what tasks ask of the main thread, by the name of the request. @default none but `updateState` */
  readonly taskRequests?: Readonly<Record<string, TaskRequestHandler>>;
  /** Prepares the messages of continuations before they are published. @default they are published as they are */
  readonly beforePublish?: BeforeContinuations;
  /** The custom headers of the message that retries a task. @default it keeps those that it has */
  readonly retryHeaders?: RetryHeaders | undefined;
  /** The attempts of a task, each ended by the death of its worker, after which it fails. @default 5 */
  readonly maxDeliveries?: number;
  /** Between two polls for revocations, in ms; a revocation is seen after half of it on average. @default 250 */
  readonly revocationPeriodMs?: number;
  /** Short claims that are renewed, for a worker without a deadline. @default none: claims outlast the invocation */
  readonly lease?: LeaseOptions | undefined;
  /** Shared with the one who receives the messages. @default those of this dispatcher alone */
  readonly faults?: DeliveryFaults;
  /** @default nodeSystem */
  readonly system?: System;
}

/** The end of an invocation that is left for the answer to Lambda: a fraction of it, at most `maxMs`. */
const answer = { fraction: 0.02, maxMs: 300 };

/** The deliveries after which a message is sent again. SQS should allow more of them: its `maxReceiveCount` is 10 in `serverless.yml`. */
const maxReceives = 6;

export type Dispatcher = (event: SQSEvent, invocation: Invocation) => Promise<SQSBatchResponse>;

/**
 * Creates the function that processes SQS batches. It acknowledges a record only when the outcome of its task is settled:
 * all others are in `batchItemFailures`, and SQS delivers them again.
 */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const deps = completeDeps(options);
  return createBatchProcessor(deps, createDeliveryProcessor(deps).process);
}

/** Returns the function that passes each delivery of a batch to `processDelivery`, and gives back those that must be delivered again. */
export function createBatchProcessor(
  deps: DispatcherDeps,
  processDelivery: (context: RunContext) => Promise<Disposition>,
): Dispatcher {
  const { transport, log, system, lease, revocations, faults } = deps;

  return async (event, { requestId, deadlineMs }) => {
    const window = { startMs: system.now(), endMs: deadlineMs };
    const deliveries = event.Records.map(toDelivery);
    const acknowledged = new Set<Delivery>();
    const settled = Promise.all(
      byMessageGroup(deliveries).map(async (group) => {
        // After the first message of a FIFO group that is returned, the rest is returned unprocessed, to keep its order.
        for (const delivery of group) {
          const context = { delivery, window, owner: `${requestId}:${deliveries.indexOf(delivery)}`, requestId };
          if ((await dispose(context)) !== 'acknowledge') break;
          acknowledged.add(delivery);
        }
      }),
    ).then(() => (lease ? undefined : revocations.idle())); // A poll that is under way when the handler returns would be frozen.
    await beforeDeadline(settled, window, requestId);
    const returned = deliveries.filter((delivery) => !acknowledged.has(delivery));
    return { batchItemFailures: returned.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };

  /**
   * Resolves when the deliveries are settled, or shortly before Lambda ends the function, whatever hangs. Then the messages that are
   * not settled return to the queue, and the others do not: they would all be delivered again.
   */
  async function beforeDeadline(settled: Promise<unknown>, { startMs, endMs }: InvocationWindow, requestId: string) {
    if (endMs === Number.POSITIVE_INFINITY) return void (await settled);
    const answerMs = Math.min((endMs - startMs) * answer.fraction, answer.maxMs);
    if (await resolvesWithin(system, endMs - answerMs - system.now(), settled)) return;
    log.error(
      `The invocation ends in ${Math.round(answerMs)} ms, and not all of its messages are settled: these return to the queue.`,
      { requestId },
    );
  }

  /** Processes a delivery. If the message must be delivered again, sets its visibility timeout. */
  async function dispose(context: RunContext): Promise<Disposition> {
    const { delivery, requestId } = context;
    const { messageId } = delivery;
    const fields = { messageId, queue: queueNameInArn(delivery.receipt.queueArn), requestId };
    try {
      const disposition = await giveBack(delivery, await processDelivery(context));
      faults.succeeded(delivery);
      return disposition;
    } catch (error) {
      if (!faults.failed(delivery, `Message ${messageId} returns to the queue`, error)) {
        const text = error instanceof Error ? error.stack : String(error);
        log.error(`Message ${messageId} returns to the queue: ${text}`, fields);
      }
      const returned = { retryInSeconds: jittered(outageBackoffSeconds(delivery), system) };
      return await giveBack(delivery, returned).catch((failure: unknown) => {
        const what = `Message ${messageId} is delivered again only after the queue's visibility timeout`;
        if (!faults.failed(delivery, what, failure)) log.warn(`${what}: ${failure}`, fields);
        return returned;
      });
    } finally {
      faults.ended(delivery);
    }
  }

  /**
   * Sets the visibility timeout of a message that must be delivered again. After several deliveries the message is sent again instead,
   * and acknowledged, so that SQS counts anew: it takes a message that was delivered too often for one that cannot be processed. The
   * order of a FIFO queue would not allow that.
   */
  async function giveBack(delivery: Delivery, disposition: Disposition): Promise<Disposition> {
    if (disposition === 'acknowledge') return disposition;
    const { receipt, body, receiveCount, messageGroup } = delivery;
    const { retryInSeconds } = disposition;
    if (receiveCount < maxReceives || messageGroup !== undefined || retryInSeconds > maxDelaySeconds) {
      await transport.changeVisibility(receipt, retryInSeconds);
      return disposition;
    }
    const counted = withCount(receipt, 'returns', returnsOf(delivery));
    await transport.resend(counted, body, { delaySeconds: retryInSeconds });
    await transport.acknowledge(receipt); // Also if the function dies before it has answered.
    return 'acknowledge';
  }
}

export function completeDeps(options: DispatcherOptions): DispatcherDeps {
  const { log, store, system = nodeSystem, revocationPeriodMs = 250 } = options;
  const listeners = [createCeleryLogEvents(log, system), ...(options.events ?? [])];
  const sources = [createTableRevocations(store), ...(options.revocationSources ?? [])];
  return {
    ...options,
    system,
    sharedTime: createSharedTime(system),
    isolation: createIsolation(system),
    faults: options.faults ?? createDeliveryFaults({ log, system }),
    events: createTaskEventEmitter({ listeners, log, system }),
    revocations: createRevocationPoller({ sources, log, system, periodMs: revocationPeriodMs }),
    maxDeliveries: options.maxDeliveries ?? 5,
    lease: options.lease,
    taskRequests: options.taskRequests ?? {},
    beforePublish: options.beforePublish,
    retryHeaders: options.retryHeaders,
  };
}
