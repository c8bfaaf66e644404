import { parsePythonJson, stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import { exceptionRepr } from '../kombu/repr/pythonRepr.ts';
import { failureOf, toFailure } from '../outcome/failure.ts';
import type { Outcome, RetryOutcome } from '../outcome/outcome.ts';
import type { Parameters } from '../registry/registry.ts';
import { bindArguments } from './bind.ts';
import type { CallArguments } from './taskExtension.ts';

/** The arguments that a retry was given. */
type GivenArguments = { readonly [Name in keyof CallArguments]?: CallArguments[Name] | undefined };

/**
 * The outcome of a retry with the arguments of the next run. As in Celery, a retry that cannot be sent rejects its message
 * instead: its arguments do not fit the task, or have no JSON form.
 */
export function retryWithArguments(
  outcome: RetryOutcome,
  { task, parameters }: { readonly task: string; readonly parameters: Parameters },
  current: CallArguments,
  given: GivenArguments,
): Outcome {
  const { args, kwargs } = retryArguments(parameters, current, given);
  try {
    bindArguments(task, parameters, args, kwargs);
    const changed = { argsJson: stringifyPythonJson(args), kwargsJson: stringifyPythonJson(kwargs) };
    return { ...outcome, arguments: changed };
  } catch (error) {
    const { type, argsJson } = toFailure(error, task);
    const reason = exceptionRepr({ type, args: parsePythonJson(argsJson) as readonly unknown[] });
    return { state: 'REJECTED', requeue: false, failure: failureOf('Reject', [reason, false]) };
  }
}

/**
 * The arguments of a retry, as Celery's `Task.retry`: what it leaves out stays as in this run, except arguments of parameters
 * that it sets in the other way.
 */
export function retryArguments(
  { positional }: Parameters,
  current: CallArguments,
  { args, kwargs }: GivenArguments,
): CallArguments {
  const nameAt = (place: number) => positional[place]?.name;
  if (args && kwargs) return { args, kwargs };
  if (args) {
    const names = new Set(args.map((_, place) => nameAt(place)));
    const others = Object.entries(current.kwargs).filter(([name]) => !names.has(name));
    return { args, kwargs: Object.fromEntries(others) };
  }
  if (kwargs) {
    const placeOf = (name: string) => positional.findIndex((parameter) => parameter.name === name);
    const isByPlace = (name: string) => placeOf(name) >= 0 && placeOf(name) < current.args.length;
    return {
      args: current.args.map((value, place) => {
        const name = nameAt(place);
        return name !== undefined && Object.hasOwn(kwargs, name) ? kwargs[name] : value;
      }),
      kwargs: Object.fromEntries(Object.entries(kwargs).filter(([name]) => !isByPlace(name))),
    };
  }
  return { args: current.args, kwargs: current.kwargs };
}
