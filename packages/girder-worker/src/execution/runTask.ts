import { parsePythonJson, stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import type { KombuValue } from '../kombu/values.ts';
import { decode } from '../message/decode.ts';
import type { Message } from '../message/message.ts';
import { failureOf, notRegistered } from '../outcome/failure.ts';
import type { Outcome, RetryOutcome } from '../outcome/outcome.ts';
import { type RemoteException, toTaskError } from '../outcome/taskError.ts';
import { lookUp, type Registry, type RegistryEntry } from '../registry/registry.ts';
import { type RunningTask, runAs } from '../task/current.ts';
import { definitionOf, type TaskDefinition } from '../task/definition.ts';
import type { Retry } from '../task/errors.ts';
import { throughMiddleware } from '../task/middleware.ts';
import type { TaskRequest } from '../task/request.ts';
import { applyAutoretry } from '../task/retry.ts';
import { Task } from '../task/task.ts';
import { ArgumentError, bindArguments } from './bind.ts';
import { outcomeOfError } from './outcomeOfError.ts';
import { type RunDetails, type RunResult, resultOf } from './protocol.ts';
import type { RunRuntime } from './runRuntime.ts';
import type { CallArguments, ExtendedRun, TaskExtension } from './taskExtension.ts';
import { validateArguments } from './validateArguments.ts';

/** Runs the task of an SQS body, or the map call in its place. Never throws: every failure is an outcome. */
export async function runBody(
  registry: Registry,
  body: string,
  { mapCall, isRedelivered, takesException }: RunDetails,
  runtime: RunRuntime,
  extension?: TaskExtension,
): Promise<RunResult> {
  const decoded = await decode(body);
  const message = takesException ? withTaskError(decoded) : decoded;
  const task = mapCall?.task ?? message.task;
  const entry = lookUp(registry, task);
  if (!entry) return resultOf({ state: 'FAILURE', failure: notRegistered(task) });
  const argumentLists = mapCall && (parsePythonJson(mapCall.argumentListsJson) as KombuValue[][]);
  const loadMiddleware = registry.middleware && (() => middlewareOf(registry));
  return runTask(entry, message, runtime, { argumentLists, extension, isRedelivered, loadMiddleware });
}

const loaded = new WeakMap<Registry, Promise<unknown>>();

/** Imports the modules with the middleware of a registry, once. One after the other: the order decides which is outermost. */
function middlewareOf(registry: Registry): Promise<unknown> {
  const importAll = async () => {
    for (const load of registry.middleware ?? []) await load();
  };
  const importing = loaded.get(registry) ?? importAll();
  loaded.set(registry, importing);
  return importing;
}

/** The message of an errback with a TaskError in place of the exception that it contains as data. */
function withTaskError(message: Message): Message {
  const [request, exception, traceback, ...others] = message.args as readonly unknown[];
  const error = toTaskError(exception as RemoteException, traceback as string | null);
  return { ...message, args: [request, error, traceback, ...others] as KombuValue[] };
}

export interface RunTaskOptions {
  /** Runs the entry's task once for each list of arguments, instead of with those of the message. */
  readonly argumentLists?: readonly (readonly unknown[])[] | undefined;
  readonly extension?: TaskExtension | undefined;
  /** SQS has delivered the message before. @default false */
  readonly isRedelivered?: boolean | undefined;
  /** Adds the middleware that the task runs through. @default none is added */
  readonly loadMiddleware?: (() => Promise<unknown>) | undefined;
}

/** Runs a message's task in this thread. Never throws: every failure is an outcome. */
export async function runTask(
  entry: RegistryEntry,
  message: Message,
  runtime: RunRuntime,
  options: RunTaskOptions = {},
): Promise<RunResult> {
  const running: RunningTask = {
    ...{ rootId: message.rootId, task: message.task, parentId: message.id },
    ...{ children: [], runtime },
  };
  const outcome = await runAs(running, () => outcomeOf(entry, message, runtime, running, options));
  return { outcome, childrenJson: stringifyPythonJson(running.children) };
}

async function outcomeOf(
  entry: RegistryEntry,
  message: Message,
  runtime: RunRuntime,
  running: RunningTask,
  { argumentLists, extension, isRedelivered = false, loadMiddleware }: RunTaskOptions,
): Promise<Outcome> {
  const request = requestOf(message, entry, isRedelivered);
  let definition: TaskDefinition | undefined;
  let extended: ExtendedRun | undefined;
  try {
    if (loadMiddleware) await loadMiddleware();
    definition = await load(entry, message.task);
    const { fn, options } = definition;
    const task = new Task(request, runtime, options);
    const extending = extension?.extend(message, runtime);
    if (extending) {
      extended = await extending;
      Object.assign(task, extended.members);
      running.beforePublish = extended.beforePublish;
    }
    const callTask: Call = async ({ args, kwargs }) => {
      const bound = bindArguments(message.task, entry.parameters, args, kwargs);
      const valid = options.args ? await validateArguments(message.task, entry.parameters, options.args, bound) : bound;
      return fn.apply(task, valid as never[]);
    };
    const call = throughExtension(extended, callTask);
    const { args, kwargs } = message;
    const value = await throughMiddleware({ name: message.task, args, kwargs, task }, () =>
      argumentLists ? callEach(argumentLists, call) : call(message),
    );
    return runtime.sawRevocation ? revoked : success(value);
  } catch (error) {
    if (runtime.sawRevocation) return revoked;
    const cause = stopErrorOr(error, runtime.stopError);
    if (!definition) return outcomeOfError(cause, message.task);
    const { options } = definition;
    const { now, random } = runtime.system;
    const isRetryable = !(error instanceof ArgumentError);
    const final = isRetryable ? applyAutoretry(cause, request, options, now(), random) : cause;
    const outcome = outcomeOfError(final, message.task, options.throws);
    // The message of a map call has the arguments of all its calls: they stay.
    return outcome.state === 'RETRY' && !argumentLists ? withArguments(outcome, final, entry, message) : outcome;
  } finally {
    if (extended) await extended.end().catch((error) => runtime.log('error', `A task extension failed: ${error}`));
  }
}

type Call = (given: CallArguments) => Promise<unknown>;

function throughExtension(extended: ExtendedRun | undefined, call: Call): Call {
  return extended ? (given) => extended.call(given, call) : call;
}

async function callEach(argumentLists: readonly (readonly unknown[])[], call: Call): Promise<unknown[]> {
  const results: unknown[] = [];
  for (const args of argumentLists) results.push(await call({ args, kwargs: {} }));
  return results;
}

/** The reason of the aborted signal, if that is what made the task throw; otherwise the error itself. */
function stopErrorOr(error: unknown, stopError: Error | undefined): unknown {
  const isAbort = error instanceof Error && (error.name === 'AbortError' || error.cause === stopError);
  return stopError && isAbort ? stopError : error;
}

const revoked: Outcome = { state: 'REVOKED', reason: 'revoked' };

async function load(entry: RegistryEntry, task: string): Promise<TaskDefinition> {
  const definition = definitionOf(await entry.load());
  if (definition) return definition;
  throw new Error(`The registry names "${task}", but its module exports no such task. Run \`npm run build-registry\`.`);
}

/** The outcome of a retry, with the arguments of the next run if `this.retry` was given some. */
async function withArguments(
  outcome: RetryOutcome,
  retry: unknown,
  entry: RegistryEntry,
  message: Message,
): Promise<Outcome> {
  const { args, kwargs } = retry as Partial<Retry>;
  if (!args && !kwargs) return outcome;
  const { retryWithArguments } = await import('./retryArguments.ts'); // Few tasks need it.
  return retryWithArguments(outcome, { task: message.task, parameters: entry.parameters }, message, { args, kwargs });
}

/** The message as its task sees it: `this.request`. */
function requestOf(message: Message, { options }: RegistryEntry, redelivered: boolean): TaskRequest {
  const deliveryInfo = { ...message.deliveryInfo, redelivered };
  return { ...message, deliveryInfo, ignoreResult: message.ignoreResult ?? options.ignoreResult ?? false };
}

function success(value: unknown): Outcome {
  try {
    return { state: 'SUCCESS', resultJson: stringifyPythonJson(value) };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { state: 'FAILURE', failure: failureOf('EncodeError', [text], 'kombu.exceptions') };
  }
}
