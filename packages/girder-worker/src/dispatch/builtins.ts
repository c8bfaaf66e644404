import type { BuiltinAnswer, BuiltinMap } from '../canvas/continuations/builtinTasks.ts';
import type { Calls, Ending } from '../execution/pool.ts';
import { stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import type { Message } from '../message/message.ts';
import type { FollowUp } from './followUp.ts';

/** What a thread is told in order to run `celery.map` or `celery.starmap`. */
export function callsOf({ task, argumentLists }: BuiltinMap): Calls {
  return { task, argumentListsJson: stringifyPythonJson(argumentLists) };
}

/** Runs one of Celery's own tasks that needs no thread. */
export async function runBuiltin(message: Message, run: BuiltinAnswer, followUp: FollowUp): Promise<Ending> {
  switch (run.kind) {
    case 'value':
      return { outcome: { state: 'SUCCESS', resultJson: stringifyPythonJson(run.value) }, childrenJson: '[]' };
    case 'fails':
      return { outcome: { state: 'FAILURE', failure: run.failure }, childrenJson: '[]' };
    case 'sends': {
      const expansion = followUp.planSending(message, run.signature, run.call);
      await followUp.publish(expansion);
      const { result, children } = expansion;
      return {
        outcome: { state: 'SUCCESS', resultJson: stringifyPythonJson(result) },
        childrenJson: stringifyPythonJson(children),
      };
    }
  }
}
