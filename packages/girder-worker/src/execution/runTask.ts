import { stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import type { Message } from '../message/message.ts';
import { failureOf } from '../outcome/failure.ts';
import type { Outcome } from '../outcome/outcome.ts';
import type { RegistryEntry } from '../registry/registry.ts';
import { type RunningTask, runAs } from '../task/current.ts';
import { definitionOf, type TaskDefinition } from '../task/definition.ts';
import type { TaskRequest } from '../task/request.ts';
import { applyAutoretry } from '../task/retry.ts';
import { Task, type TaskRuntime } from '../task/task.ts';
import { bindArguments } from './bind.ts';
import { outcomeOfError } from './outcomeOfError.ts';
import type { RunResult } from './protocol.ts';

/** What a run is given, and what it tells of afterwards. */
export interface RunRuntime extends TaskRuntime {
  /** Whether the task has been told that it is revoked: then it has stopped early, and what it returned is no result. */
  readonly sawRevocation: boolean;
  /** What `this.signal` was aborted with. */
  readonly stopError: Error | undefined;
}

/**
 * Runs a message's task in this thread, or instead of it the entry's task for each of some lists of arguments.
 * Never throws: whatever goes wrong is an outcome.
 */
export async function runTask(
  entry: RegistryEntry,
  message: Message,
  runtime: RunRuntime,
  argumentLists?: readonly (readonly unknown[])[],
): Promise<RunResult> {
  const current: RunningTask = { rootId: message.rootId, parentId: message.id, children: [], runtime };
  const outcome = await runAs(current, () => outcomeOf(entry, message, runtime, argumentLists));
  return { outcome, childrenJson: stringifyPythonJson(current.children) };
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
    const call = async (args: readonly unknown[], kwargs: Readonly<Record<string, unknown>>): Promise<unknown> =>
      fn.apply(task, bindArguments(message.task, entry.parameters, args, kwargs) as never[]);
    const value = argumentLists ? await inTurn(argumentLists, call) : await call(message.args, message.kwargs);
    return runtime.sawRevocation ? revoked : success(value);
  } catch (error) {
    if (runtime.sawRevocation) return revoked;
    const cause = reasonOf(error, runtime.stopError);
    const final = definition ? applyAutoretry(cause, request, definition.options, Date.now()) : cause;
    return outcomeOfError(final, message.task);
  }
}

async function inTurn(
  argumentLists: readonly (readonly unknown[])[],
  call: (args: readonly unknown[], kwargs: Readonly<Record<string, unknown>>) => Promise<unknown>,
): Promise<unknown[]> {
  const results: unknown[] = [];
  for (const args of argumentLists) results.push(await call(args, {}));
  return results;
}

/** The reason for which the signal was aborted, where that is what made the task throw. */
function reasonOf(error: unknown, stopError: Error | undefined): unknown {
  const isAbort = error instanceof Error && (error.name === 'AbortError' || error.cause === stopError);
  return stopError && isAbort ? stopError : error;
}

const revoked: Outcome = { state: 'REVOKED', reason: 'revoked' };

async function load(entry: RegistryEntry, task: string): Promise<TaskDefinition> {
  const definition = definitionOf(await entry.load());
  if (definition) return definition;
  throw new Error(`The registry names "${task}", but its module exports no such task. Run \`npm run build-registry\`.`);
}

/** The message as its task sees it. */
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
