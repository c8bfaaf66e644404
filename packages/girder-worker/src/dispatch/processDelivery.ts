import { resultOf } from '../execution/protocol.ts';
import { asDecodeError, DecodeError } from '../kombu/errors.ts';
import { failureOf, workerLost } from '../outcome/failure.ts';
import type { ClaimConflict } from '../store/resultStore.ts';
import { isSentBack } from '../transport/deadLetterAttributes.ts';
import { keepHidden, startClaimRenewal } from './claimRenewal.ts';
import { encodeRetry, publishRetry } from './continuations.ts';
import { createDeliveryDecoder } from './decodeDelivery.ts';
import { isRedelivered } from './delivery.ts';
import type { DispatcherDeps, Disposition } from './deps.ts';
import { turnMs } from './isolation.ts';
import { createLazyPlanner } from './lazyPlanner.ts';
import { listenersHandled } from './listenersHandled.ts';
import { createPersistence } from './persistence.ts';
import { createContinuationPublisher } from './publishContinuations.ts';
import { createOutcomeStore } from './storeOutcome.ts';
import { createTaskRun, leaseEndMs, type RunContext, type TaskRun, taskFields, withNewLease } from './taskRun.ts';
import { type Claimed, createTaskRunner, type TaskRunner } from './taskRunner.ts';
import { createEtaWait } from './waitForEta.ts';

/**
 * A task whose worker died twice has probably ended it. If several are delivered together, one of them runs, and the others are delivered again
 * within this time, each at another: waiting for their turn they would be delivered in vain, again and again.
 */
const maxApartSeconds = 60;

/** What happens to deliveries. Any exception returns the message to the queue; every step is idempotent. */
export interface DeliveryProcessor {
  /** The life of a message, from its delivery to its disposition. */
  process(context: RunContext): Promise<Disposition>;
  /**
   * The end of a message that is a dead letter: its task fails without running, with WorkerLostError and the reason, or with the error
   * that prevents the message from being decoded, and what follows a failed task follows. A task that has ended stays as it is.
   */
  fail(context: RunContext, reason: string): Promise<Disposition>;
}

export function createDeliveryProcessor(deps: DispatcherDeps): DeliveryProcessor {
  const { store, transport, log, events, worker, system, isolation } = deps;
  const decodeDelivery = createDeliveryDecoder(deps);
  const planner = createLazyPlanner(deps);
  const runTask = createTaskRunner(deps, planner);
  const publisher = createContinuationPublisher(deps, planner, runTask);
  const storeOutcome = createOutcomeStore(deps, planner, publisher);
  const waitForEta = createEtaWait(deps);
  const persist = createPersistence(deps);

  return { process, fail };

  async function process(context: RunContext): Promise<Disposition> {
    const { delivery } = context;
    const message = await decodeDelivery(context).catch(asDecodeError);
    if (message instanceof DecodeError) return deadLetter(context, message);

    const waiting = await waitForEta(context, message);
    if (waiting) return waiting;

    const run = createTaskRun(deps, message, context);
    if (run.info) events.emit('received', run.info);
    const { messageAttributes, queueArn } = delivery.receipt;
    if (isSentBack(messageAttributes, queueArn)) await store.reopen(message.id);
    const attempts = isRedelivered(delivery) ? await store.attempts(message.id) : 0;
    if (attempts > 1 && isolation.isAwaited) return { retryInSeconds: 1 + system.random() * maxApartSeconds };
    return claimInTurn(run, attempts);
  }

  async function claimInTurn(run: TaskRun, attempts: number): Promise<Disposition> {
    const stopHiding = keepHidden(deps, run);
    const action = async () => {
      await stopHiding();
      return claimAndRun(run);
    };
    return attempts === 0 ? isolation.beside(action) : isolation.alone(turnMs(run.window), action);
  }

  async function fail(context: RunContext, reason: string): Promise<Disposition> {
    const { delivery } = context;
    const message = await decodeDelivery(context).catch(asDecodeError);
    if (message instanceof DecodeError) {
      await failUndecodable(context, message);
      return 'acknowledge';
    }
    const { claim, ...run } = createTaskRun(deps, message, context);
    const endOf: TaskRunner = async (_, { revoked }) =>
      resultOf(revoked ? { state: 'REVOKED', reason: 'revoked' } : { state: 'FAILURE', failure: workerLost(reason) });
    log.error(`Message ${delivery.messageId} of task ${run.title} is a dead letter: ${reason}`, run.logFields);
    if (run.info) events.emit('received', run.info);
    const failing = { ...run, claim: { ...claim, trackStarted: false, isDeadLetter: true } };
    return isolation.alone(turnMs(run.window), () => claimAndRun(failing, endOf));
  }

  async function claimAndRun(delivered: TaskRun, runner: TaskRunner = runTask): Promise<Disposition> {
    const run = withNewLease(deps, delivered);
    const claimed = await store.claim(run.claim);
    if (claimed.kind !== 'claimed') return resolveConflict(run, claimed);

    try {
      const disposition = await runClaimed(run, claimed, runner);
      return run.isAcknowledged ? 'acknowledge' : disposition;
    } catch (error) {
      if (!run.isAcknowledged) throw error;
      const text = error instanceof Error ? error.stack : String(error);
      log.error(
        `Could not store the outcome of ${run.title}, whose message was already acknowledged: ${text}`,
        run.logFields,
      );
      return 'acknowledge';
    }
  }

  async function runClaimed(run: TaskRun, claimed: Claimed, runner: TaskRunner): Promise<Disposition> {
    const startedMs = system.now();
    let hasEnded = false;
    const renewal = startClaimRenewal(deps, run);
    try {
      const result = await runner(run, claimed, renewal);
      renewal.ending();
      const { state } = result.outcome;
      if (state === 'RETURNED' || state === 'REJECTED') await renewal.stop(); // It would take the claim again that is released.
      const stored = await persist(run, () => storeOutcome(run, result));
      await renewal.stop();
      if (stored.kind !== 'ok') return await resolveConflict(run, stored);
      await persist(run, stored.publish);
      if (run.info) events.emit('ended', run.info, result.outcome, system.now() - startedMs);
      hasEnded = true;
      return stored.disposition;
    } finally {
      await renewal.stop();
      if (run.info) {
        if (!hasEnded) events.emit('abandoned', run.info);
        await listenersHandled(deps, run.info, run.window);
      }
    }
  }

  /**
   * Moves a message that cannot be decoded to the dead-letter queue. If its task id could be read, its client gets a
   * FAILURE instead of waiting without end.
   */
  async function deadLetter(context: RunContext, error: DecodeError): Promise<Disposition> {
    const { receipt, body } = context.delivery;
    logDeadLetter(context, error);
    await failUndecodable(context, error);
    await transport.deadLetter({ receipt, body, code: error.code, reason: error.message });
    return 'acknowledge';
  }

  async function failUndecodable({ window, owner }: RunContext, error: DecodeError): Promise<void> {
    if (!error.identity) return;
    const lease = { owner, leaseEndMs: leaseEndMs(deps, window) };
    const claim = { id: error.identity.id, epoch: 0, ignoreResult: false, worker, isDeadLetter: true, ...lease };
    const type = error.code === 'CONTENT_DISALLOWED' ? 'ContentDisallowed' : 'DecodeError';
    const failure = failureOf(type, [error.message], 'kombu.exceptions');
    const claimed = await store.claim(claim);
    if (claimed.kind === 'claimed') {
      await store.complete(claim, { state: 'FAILURE', failure }, { group: null, parentId: null });
    }
  }

  function logDeadLetter({ delivery, requestId }: RunContext, { identity, code, message }: DecodeError): void {
    const { messageId } = delivery;
    const fields = { ...taskFields(identity, delivery), messageId, code, reason: message, requestId };
    const task = identity ? ` of task ${identity.task}[${identity.id}]` : '';
    const what = `Message ${messageId}${task} from queue ${fields.queue} cannot be decoded (${code}): ${message}`;
    log.error(`${what.replace(/\.$/, '')}. It is moved to the dead-letter queue.`, fields);
  }

  /**
   * What to do with a message whose task may not run, or whose outcome may not be stored. The earlier delivery may have
   * died between storing and publishing, so what it had to publish is published again.
   */
  async function resolveConflict(run: TaskRun, conflict: ClaimConflict): Promise<Disposition> {
    switch (conflict.kind) {
      case 'final':
        log.info(`Task ${run.title} has already ended: ${conflict.state}`, { ...run.logFields, state: conflict.state });
        await publisher.republish(run, conflict.digest);
        if (run.info) {
          events.emit('endedBefore', run.info, conflict.state);
          await listenersHandled(deps, run.info, run.window);
        }
        return 'acknowledge';
      case 'outdated':
        log.info(`Task ${run.title} was sent again since: this message is outdated`, run.logFields);
        if (conflict.dueMs !== null) {
          const retry = { retries: run.message.retries + 1, etaMs: conflict.dueMs };
          await publishRetry(deps, run, encodeRetry(deps, run, retry), retry.etaMs);
        }
        return 'acknowledge';
      case 'claimedElsewhere':
        log.info(`Task ${run.title} is running in another invocation`, run.logFields);
        return { retryInSeconds: Math.max(1, (conflict.untilMs - system.now()) / 1000) };
    }
  }
}
