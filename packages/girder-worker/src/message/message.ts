import type { KombuValue } from '../kombu/values.ts';

/**
 * A signature as it travels inside a message (wire specification §1.3): a task that is to be sent later.
 *
 * It keeps Celery's own spelling, as it is only ever passed on, and whatever a client put into `options` must come out again.
 */
export interface WireSignature<Value = KombuValue> {
  readonly task: string;
  readonly args: readonly Value[];
  readonly kwargs: Readonly<Record<string, Value>>;
  readonly options: Readonly<Record<string, Value>>;
  readonly subtask_type: string | null;
  readonly immutable: boolean;
}

/** What is to be sent when the task has ended. */
export interface Embed<Value = KombuValue> {
  readonly callbacks: readonly WireSignature<Value>[];
  readonly errbacks: readonly WireSignature<Value>[];
  /** The remaining steps of a chain, in reverse: the next one is the last element. */
  readonly chain: readonly WireSignature<Value>[];
  readonly chord: WireSignature<Value> | null;
}

/** The wish of the sender for this one call; null leaves it to the task. */
export interface TimeLimit {
  readonly hardSeconds: number | null;
  readonly softSeconds: number | null;
}

/** A decoded Celery message (protocol 2 or 1), in TypeScript's names. */
export interface Message {
  readonly protocol: 1 | 2;
  readonly task: string;
  readonly id: string;
  readonly args: readonly KombuValue[];
  readonly kwargs: Readonly<Record<string, KombuValue>>;
  readonly embed: Embed;
  readonly retries: number;
  /** As written by the sender: ISO 8601, with or without an offset. */
  readonly eta: string | null;
  /** As written by the sender: ISO 8601, with or without an offset. */
  readonly expires: string | null;
  readonly group: string | null;
  readonly groupIndex: number | null;
  readonly rootId: string;
  readonly parentId: string | null;
  readonly correlationId: string;
  readonly replyTo: string | null;
  readonly timelimit: TimeLimit;
  readonly priority: number;
  readonly shadow: string | null;
  /** Whether the sender wants no result; null where it left that to the task, as `send_task` does. */
  readonly ignoreResult: boolean | null;
  readonly replacedTaskNesting: number;
  readonly stamps: Readonly<Record<string, KombuValue>>;
  readonly stampedHeaders: readonly string[];
  readonly origin: string | null;
  readonly argsRepr: string | null;
  readonly kwargsRepr: string | null;
  readonly deliveryInfo: DeliveryInfo;
  /** The sender's own headers: all that Celery does not define. */
  readonly headers: Readonly<Record<string, KombuValue>>;
  /** The sender's own properties: all that Celery and Kombu do not define. */
  readonly properties: Readonly<Record<string, KombuValue>>;
}

export interface DeliveryInfo {
  readonly exchange: string;
  /** The name of the Celery queue, before prefix and sanitising. */
  readonly routingKey: string;
}
