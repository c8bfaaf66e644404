import { stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import { saferepr, safereprOfArgs } from '../kombu/repr/saferepr.ts';
import { withoutPythonObjects } from '../kombu/repr/withoutPythonObjects.ts';
import type { KombuValue } from '../kombu/values.ts';
import { hiddenReprs } from '../message/hiddenReprs.ts';
import type { Message } from '../message/message.ts';
import type { ClaimedRequest } from '../store/taskScan.ts';
import { type Delivery, isRedelivered } from './delivery.ts';
import type { RunOptions } from './taskOptions.ts';

/** The most that is stored of each, args and kwargs: DynamoDB bills each KB of an item for each write. */
const maxShownBytes = 512;

/** What `inspect` shows of a message, as Celery's `Request.info`. */
export function claimedRequest(message: Message, delivery: Delivery, options: RunOptions): ClaimedRequest {
  const { args, kwargs, deliveryInfo, priority } = message;
  const { exchange, routingKey } = deliveryInfo;
  const hidden = hiddenReprs(message);
  return {
    args: shown(args, hidden.argsRepr, message.argsRepr ?? safereprOfArgs(args)),
    kwargs: shown(kwargs, hidden.kwargsRepr, message.kwargsRepr ?? saferepr(kwargs)),
    acknowledged: options.acksEarly,
    deliveryInfo: { exchange, routingKey, priority, redelivered: isRedelivered(delivery) },
  };
}

/** The value itself; or its repr, if that is long, or if the sender hides the value. */
function shown<T extends KombuValue>(value: T, hidden: string | null, repr: string): unknown {
  if (hidden !== null || repr.length > maxShownBytes) return cut(hidden ?? repr);
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
