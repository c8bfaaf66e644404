import type { Message } from '../message/message.ts';
import { stringifyPythonJson } from '../message/pythonJson.ts';
import { failureOf, toFailure } from '../outcome/failure.ts';
import type { Outcome } from '../outcome/outcome.ts';
import type { RegistryEntry } from '../registry/registry.ts';
import { definitionOf } from '../task/definition.ts';
import { Task, type TaskRuntime } from '../task/task.ts';
import { bindArguments } from './bind.ts';

/** What a run is given, and what it tells of afterwards. */
export interface RunRuntime extends TaskRuntime {
  /** Whether the task has been told that it is revoked: then it has stopped early, and what it returned is no result. */
  readonly sawRevocation: boolean;
}

/** Runs a message's task in this thread. Never throws: whatever goes wrong is an outcome. */
export async function runTask(entry: RegistryEntry, message: Message, runtime: RunRuntime): Promise<Outcome> {
  try {
    const value = await call(entry, message, runtime);
    if (runtime.sawRevocation) return { state: 'REVOKED', reason: 'revoked' };
    return success(value);
  } catch (error) {
    if (runtime.sawRevocation) return { state: 'REVOKED', reason: 'revoked' };
    return { state: 'FAILURE', failure: toFailure(error, message.task.slice(0, message.task.lastIndexOf('.'))) };
  }
}

async function call(entry: RegistryEntry, message: Message, runtime: RunRuntime): Promise<unknown> {
  const definition = definitionOf(await entry.load());
  if (!definition)
    throw new Error(
      `The registry names "${message.task}", but its module exports no such task. Run \`npm run build-registry\`.`,
    );
  const args = bindArguments(message.task, entry.parameters, message.args, message.kwargs);
  return await definition.fn.apply(new Task(message, runtime), args as never[]);
}

function success(value: unknown): Outcome {
  try {
    return { state: 'SUCCESS', resultJson: stringifyPythonJson(value) };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { state: 'FAILURE', failure: failureOf('EncodeError', [text], 'kombu.exceptions') };
  }
}
