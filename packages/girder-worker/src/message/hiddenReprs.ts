import { saferepr, safereprOfArgs } from '../kombu/repr/saferepr.ts';
import type { Message } from './message.ts';

/**
 * The texts with which the sender hides the arguments of a message, by Celery's options `argsrepr` and `kwargsrepr`; null if a text shows
 * them. Python has tuples and lists, so that args are shown in two ways.
 */
export function hiddenReprs({ args, kwargs, argsRepr, kwargsRepr }: Message): Pick<Message, 'argsRepr' | 'kwargsRepr'> {
  const showsArgs = argsRepr === null || safereprOfArgs(args) === argsRepr || saferepr(args) === argsRepr;
  const showsKwargs = kwargsRepr === null || saferepr(kwargs) === kwargsRepr;
  return { argsRepr: showsArgs ? null : argsRepr, kwargsRepr: showsKwargs ? null : kwargsRepr };
}
