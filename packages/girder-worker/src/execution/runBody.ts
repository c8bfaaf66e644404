import { parsePythonJson } from '../kombu/json/pythonJson.ts';
import type { KombuValue } from '../kombu/values.ts';
import { decode } from '../message/decode.ts';
import { failureOf } from '../outcome/failure.ts';
import { lookUp, type Registry } from '../registry/registry.ts';
import type { RunResult, ToThread } from './protocol.ts';
import { type RunRuntime, runTask } from './runTask.ts';

export type RunOrder = Omit<Extract<ToThread, { kind: 'run' }>, 'kind'>;

/** Runs the task of an SQS body, or what is to be called in its place. Never throws: whatever goes wrong is an outcome. */
export async function runBody(registry: Registry, { body, calls }: RunOrder, runtime: RunRuntime): Promise<RunResult> {
  const message = await decode(body);
  const task = calls?.task ?? message.task;
  const entry = lookUp(registry, task);
  if (!entry) return { outcome: { state: 'FAILURE', failure: failureOf('NotRegistered', [task]) }, childrenJson: '[]' };
  const argumentLists = calls && (parsePythonJson(calls.argumentListsJson) as KombuValue[][]);
  return runTask(entry, message, runtime, argumentLists);
}
