import { titleOf } from '../events/celeryLogEvents.ts';
import type { LogFields } from '../events/log.ts';
import type { RunInfo } from '../events/taskEvents.ts';
import { stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import { withoutPythonObjects } from '../kombu/repr/withoutPythonObjects.ts';
import type { Message } from '../message/message.ts';
import { lookUp, type RegistryEntry } from '../registry/registry.ts';
import type { Claim, ResultContext } from '../store/resultStore.ts';
import { queueNameInArn } from '../transport/queueName.ts';
import { claimedRequest } from './claimedRequest.ts';
import type { Delivery } from './delivery.ts';
import type { DispatcherDeps, InvocationWindow } from './deps.ts';
import { digestOf } from './messageDigest.ts';
import { type RunOptions, resolveRunOptions } from './taskOptions.ts';

/** One run of a task: the delivery it came with, its message, its registry entry, and the claim that it runs under. */
export interface TaskRun {
  readonly delivery: Delivery;
  readonly message: Message;
  /** Undefined for a task that is not registered, and for Celery's own tasks. */
  readonly entry: RegistryEntry | undefined;
  readonly options: RunOptions;
  readonly claim: Claim;
  /** The parts of the message that are stored with every result of the run. */
  readonly context: ResultContext;
  readonly window: InvocationWindow;
  /** Names the run in log lines: `gwexample.analyses.tasks.fibonacci[0d6e…]`. */
  readonly title: string;
  /** The fields of log lines about the run. */
  readonly logFields: LogFields;
  /** What task event listeners get. Undefined for an errback, whose run is a part of the failed task's. */
  readonly info: RunInfo | undefined;
  /** The second argument is the exception of a failed task. */
  readonly takesException: boolean;
  /** The message was deleted before the task ran: SQS does not deliver it again. */
  isAcknowledged: boolean;
}

/** Where a run belongs: the delivery, and the part of an invocation that owns its claim. */
export interface RunContext {
  readonly delivery: Delivery;
  readonly window: InvocationWindow;
  /** Owns the claim: the invocation's request id and the place of the delivery in the batch. */
  readonly owner: string;
  readonly requestId: string;
  /** The id of the failed task, for an errback. */
  readonly errbackOf?: string;
  /** The errback has the exception as its second argument. */
  readonly takesException?: boolean;
}

/** The run of a message. Looks the task up in the registry; later steps use `run.entry`. */
export function createTaskRun(deps: DispatcherDeps, message: Message, context: RunContext): TaskRun {
  const { registry } = deps;
  const { delivery, window, owner, requestId, errbackOf, takesException = false } = context;
  const entry = lookUp(registry, message.task);
  const options = resolveRunOptions(message, entry, registry);
  const logFields: LogFields = {
    ...taskFields(message, delivery),
    ...{ retries: message.retries, requestId, worker: deps.worker.hostname },
  };
  const info = {
    message,
    entry,
    logFields,
    delivery: {
      queueArn: delivery.receipt.queueArn,
      receiveCount: delivery.receiveCount,
      sizeBytes: Buffer.byteLength(delivery.body),
      sentMs: delivery.sentMs,
    },
  };
  const storedContext = resultContext(deps, message);
  return {
    delivery,
    message,
    entry,
    options,
    window,
    context: storedContext,
    claim: {
      id: message.id,
      task: message.task,
      owner,
      leaseEndMs: leaseEndMs(deps, window),
      epoch: epochOf(message),
      ignoreResult: options.ignoreResult,
      trackStarted: options.trackStarted,
      worker: deps.worker,
      request: claimedRequest(message, delivery, options),
      digest: digestOf(message),
      context: storedContext,
    },
    logFields,
    title: errbackOf === undefined ? titleOf(info) : `${message.task} (errback of ${errbackOf})`,
    info: errbackOf === undefined ? info : undefined,
    takesException,
    isAcknowledged: false,
  };
}

/** The fields of log lines that name a task and the queue of its message. */
export function taskFields(task: { readonly task: string; readonly id: string } | undefined, { receipt }: Delivery) {
  return { task: task?.task, id: task?.id, queue: queueNameInArn(receipt.queueArn) };
}

/** Added to the deadline of the invocation: its code cannot outlive that, so a claim that has ended has no running task. */
const leaseMarginMs = 5000;

/** When a claim made now ends, in ms since 1970. */
export function leaseEndMs({ lease, system }: DispatcherDeps, { endMs }: InvocationWindow): number {
  return lease ? system.now() + lease.leaseMs : endMs + leaseMarginMs;
}

/** The run with a claim whose lease begins now: it may have waited for its turn since its delivery. */
export function withNewLease(deps: DispatcherDeps, run: TaskRun): TaskRun {
  return { ...run, claim: { ...run.claim, leaseEndMs: leaseEndMs(deps, run.window) } };
}

/** More retries than any task makes. */
const retriesPerReplacement = 1_000_000;

/**
 * Orders the messages of one task id: a message that a retry or a replacement has sent has a higher epoch than the one
 * before it. A replacement counts its retries from 0 again.
 */
export function epochOf({ retries, replacedTaskNesting }: Pick<Message, 'retries' | 'replacedTaskNesting'>): number {
  return replacedTaskNesting * retriesPerReplacement + retries;
}

/** The parts of the message that are stored with its result; more of them if the app has `resultExtended`. */
function resultContext(
  { registry, worker }: Pick<DispatcherDeps, 'registry' | 'worker'>,
  message: Message,
): ResultContext {
  const { group, parentId } = message;
  const context = { group, parentId, childrenJson: '[]' };
  if (!registry.settings.resultExtended) return context;
  const extended = {
    name: message.task,
    argsJson: stringifyPythonJson(message.args.map(withoutPythonObjects)),
    kwargsJson: stringifyPythonJson(withoutPythonObjects(message.kwargs)),
    worker: worker.hostname,
    retries: message.retries,
    queue: message.deliveryInfo.routingKey,
    stamps: message.stamps,
  };
  return { ...context, extended };
}
