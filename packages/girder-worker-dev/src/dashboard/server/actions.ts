import { parsePythonJson, revokeTasks } from 'girder-worker/internal/operations';
import type { ActionAnswer, ForgetAction, RevokeAction, SendAction } from '../data.ts';
import { plural } from './deadLetters.ts';
import { DashboardError } from './fault.ts';
import type { DashboardStack } from './stack.ts';

export async function revoke({ store }: DashboardStack, { ids, terminate }: RevokeAction): Promise<ActionAnswer> {
  const answers = [...(await revokeTasks({ store }, ids, terminate)).values()];
  const count = (kind: string) => answers.filter((answer) => answer === kind).length;
  const parts = [
    [count('revoked'), 'will not run'],
    [count('flagged'), terminate ? 'runs and is ended' : 'runs: this.canceled becomes true in it'],
    [count('final'), 'had already ended'],
  ] as const;
  const texts = parts.filter(([number]) => number > 0).map(([number, text]) => `${plural(number, 'task')}: ${text}.`);
  return { text: texts.join(' ') };
}

export async function forget({ store }: DashboardStack, { ids }: ForgetAction): Promise<ActionAnswer> {
  await Promise.all(ids.map((id) => store.forget(id)));
  return { text: `${plural(ids.length, 'result')} forgotten. Tasks that have not ended keep theirs.` };
}

/** Sends a task with a new id. */
export async function send(stack: DashboardStack, action: SendAction): Promise<ActionAnswer> {
  const args = parsed('args', action.argsJson);
  const kwargs = parsed('kwargs', action.kwargsJson);
  if (!Array.isArray(args))
    throw new DashboardError(400, 'INVALID', `args must be a list in JSON, got ${action.argsJson}`);
  if (typeof kwargs !== 'object' || kwargs === null || Array.isArray(kwargs))
    throw new DashboardError(400, 'INVALID', `kwargs must be an object in JSON, got ${action.kwargsJson}`);
  const id = await stack.send(action.task, args, kwargs, action.queue);
  return { text: `${action.task} was sent to ${action.queue} as ${id}.`, id };
}

function parsed(name: string, text: string): unknown {
  try {
    return parsePythonJson(text);
  } catch (error) {
    throw new DashboardError(400, 'INVALID', `${name} is not JSON: ${(error as Error).message}`);
  }
}
