import { stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import { saferepr, safereprOfArgs } from '../kombu/repr/saferepr.ts';
import { withoutPythonObjects } from '../kombu/repr/withoutPythonObjects.ts';
import type { KombuValue } from '../kombu/values.ts';
import type { Message } from '../message/message.ts';
import type { ClaimedRequest } from '../store/taskScan.ts';
import { type Delivery, isRedelivered } from './delivery.ts';
import type { RunOptions } from './taskOptions.ts';

/** The most that is stored of each, args and kwargs: DynamoDB bills each KB of an item for each write. */
const maxShownBytes = 512;

/** What `inspect` shows of a message, as Celery's `Request.info`. */
export function claimedRequest(message: Message, delivery: Delivery, options: RunOptions): ClaimedRequest {
  const { args, kwargs, argsRepr, kwargsRepr, deliveryInfo, priority } = message;
  const { exchange, routingKey } = deliveryInfo;
  return {
    args: shown(args, argsRepr, [safereprOfArgs, saferepr]),
    kwargs: shown(kwargs, kwargsRepr, [saferepr]),
    acknowledged: options.acksEarly,
    deliveryInfo: { exchange, routingKey, priority, redelivered: isRedelivered(delivery) },
  };
}

/**
 * The value itself; or its repr, if that is long, or is not what one of `reprs` returns: with the options `argsrepr` and
 * `kwargsrepr`, a sender hides the values. Python has tuples and lists, so that args have two reprs.
 */
function shown<T extends KombuValue>(value: T, sent: string | null, reprs: readonly ((value: T) => string)[]): unknown {
  const repr = sent ?? reprs[0]!(value);
  const isHidden = () => sent !== null && !reprs.some((reprOf) => reprOf(value) === sent);
  if (repr.length > maxShownBytes || isHidden()) return cut(repr);
  const plain = withoutPythonObjects(value);
  return stringifyPythonJson(plain).length > maxShownBytes ? cut(repr) : plain;
}

function cut(repr: string): string {
  const isLong = Buffer.byteLength(repr) > maxShownBytes;
  return isLong
    ? `${Buffer.from(repr)
        .toString('utf8', 0, maxShownBytes - 3)
        .replace(/\ufffd$/, '')}...`
    : repr;
}
