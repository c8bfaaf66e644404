import { parsePythonJson, stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import type { KombuValue } from '../kombu/values.ts';
import { decode } from '../message/decode.ts';
import type { Message } from '../message/message.ts';
import { failureOf, notRegistered } from '../outcome/failure.ts';
import type { Outcome } from '../outcome/outcome.ts';
import { lookUp, type Registry, type RegistryEntry } from '../registry/registry.ts';
import { type RunningTask, runAs } from '../task/current.ts';
import { definitionOf, type TaskDefinition } from '../task/definition.ts';
import type { TaskRequest } from '../task/request.ts';
import { applyAutoretry } from '../task/retry.ts';
import { Task, type TaskRuntime } from '../task/task.ts';
import { ArgumentError, bindArguments } from './bind.ts';
import { outcomeOfError } from './outcomeOfError.ts';
import { type MapCall, type RunResult, resultOf } from './protocol.ts';
import { validateArguments } from './validateArguments.ts';

/** The runtime of a run, and what it knows when the task has ended. */
export interface RunRuntime extends TaskRuntime {
  /** Whether the task has read that it is revoked: then it has stopped early, and its return value is no result. */
  readonly sawRevocation: boolean;
  /** The reason with which `this.signal` was aborted. */
  readonly stopError: Error | undefined;
}

/** A run as the pool requests it of a thread. */
export interface BodyRun {
  /** The SQS body. */
  readonly body: string;
  readonly mapCall?: MapCall | undefined;
}

/** Runs the task of an SQS body, or the map call in its place. Never throws: every failure is an outcome. */
export async function runBody(registry: Registry, { body, mapCall }: BodyRun, runtime: RunRuntime): Promise<RunResult> {
  const message = await decode(body);
  const task = mapCall?.task ?? message.task;
  const entry = lookUp(registry, task);
  if (!entry) return resultOf({ state: 'FAILURE', failure: notRegistered(task) });
  const argumentLists = mapCall && (parsePythonJson(mapCall.argumentListsJson) as KombuValue[][]);
  return runTask(entry, message, runtime, argumentLists);
}

/**
 * Runs a message's task in this thread, or, with `argumentLists`, the entry's task once for each list of arguments.
 * Never throws: every failure is an outcome.
 */
export async function runTask(
  entry: RegistryEntry,
  message: Message,
  runtime: RunRuntime,
  argumentLists?: readonly (readonly unknown[])[],
): Promise<RunResult> {
  const running: RunningTask = { rootId: message.rootId, parentId: message.id, children: [], runtime };
  const outcome = await runAs(running, () => outcomeOf(entry, message, runtime, argumentLists));
  return { outcome, childrenJson: stringifyPythonJson(running.children) };
}

async function outcomeOf(
  entry: RegistryEntry,
  message: Message,
  runtime: RunRuntime,
  argumentLists: readonly (readonly unknown[])[] | undefined,
): Promise<Outcome> {
  const request = requestOf(message, entry);
  let definition: TaskDefinition | undefined;
  try {
    definition = await load(entry, message.task);
    const { fn, options } = definition;
    const task = new Task(request, runtime, options);
    const call = async (args: readonly unknown[], kwargs: Readonly<Record<string, unknown>>): Promise<unknown> => {
      const bound = bindArguments(message.task, entry.parameters, args, kwargs);
      const valid = options.args ? await validateArguments(message.task, entry.parameters, options.args, bound) : bound;
      return fn.apply(task, valid as never[]);
    };
    const value = argumentLists ? await callEach(argumentLists, call) : await call(message.args, message.kwargs);
    return runtime.sawRevocation ? revoked : success(value);
  } catch (error) {
    if (runtime.sawRevocation) return revoked;
    const cause = stopErrorOr(error, runtime.stopError);
    if (!definition) return outcomeOfError(cause, message.task);
    const { options } = definition;
    const { now, random } = runtime.system;
    const isRetryable = !(error instanceof ArgumentError);
    const final = isRetryable ? applyAutoretry(cause, request, options, now(), random) : cause;
    return outcomeOfError(final, message.task, options.throws);
  }
}

async function callEach(
  argumentLists: readonly (readonly unknown[])[],
  call: (args: readonly unknown[], kwargs: Readonly<Record<string, unknown>>) => Promise<unknown>,
): Promise<unknown[]> {
  const results: unknown[] = [];
  for (const args of argumentLists) results.push(await call(args, {}));
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

/** The message as its task sees it: `this.request`. */
function requestOf(message: Message, { options }: RegistryEntry): TaskRequest {
  return { ...message, ignoreResult: message.ignoreResult ?? options.ignoreResult ?? false };
}

function success(value: unknown): Outcome {
  try {
    return { state: 'SUCCESS', resultJson: stringifyPythonJson(value) };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { state: 'FAILURE', failure: failureOf('EncodeError', [text], 'kombu.exceptions') };
  }
}
