import type { KombuValue } from '../kombu/values.ts';

/**
 * A signature in a message (docs/wire-format.md §1.3): a task that is published later. It keeps Celery's names, because it is
 * only passed on, and `options` may contain any options of the client.
 */
export interface WireSignature<Value = unknown> {
  readonly task: string;
  readonly args: readonly Value[];
  readonly kwargs: Readonly<Record<string, Value>>;
  readonly options: Readonly<Record<string, Value>>;
  readonly subtask_type: string | null;
  readonly immutable: boolean;
}

/** The signatures that are published after the task has ended. */
export interface Embed<Value = KombuValue> {
  readonly callbacks: readonly WireSignature<Value>[];
  readonly errbacks: readonly WireSignature<Value>[];
  /** The remaining tasks of a chain in reverse order: the last element is the next task. */
  readonly chain: readonly WireSignature<Value>[];
  readonly chord: WireSignature<Value> | null;
}

/** The time limits that the sender sets for this call; null if the options of the task apply. */
export interface TimeLimit {
  readonly hardSeconds: number | null;
  readonly softSeconds: number | null;
}

/** A decoded Celery message of protocol 2 or 1, with names in camelCase. */
export interface Message {
  readonly protocol: 1 | 2;
  readonly task: string;
  readonly id: string;
  readonly args: readonly KombuValue[];
  readonly kwargs: Readonly<Record<string, KombuValue>>;
  readonly embed: Embed;
  readonly retries: number;
  /** In ISO 8601 as the sender wrote it, with or without an offset. */
  readonly eta: string | null;
  /** In ISO 8601 as the sender wrote it, with or without an offset. */
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
  /** Whether the result is ignored; null if the options of the task apply, as with `send_task`. */
  readonly ignoreResult: boolean | null;
  readonly replacedTaskNesting: number;
  readonly stamps: Readonly<Record<string, KombuValue>>;
  readonly stampedHeaders: readonly string[];
  readonly origin: string | null;
  readonly argsRepr: string | null;
  readonly kwargsRepr: string | null;
  readonly deliveryInfo: DeliveryInfo;
  /** The custom headers of the sender: those that Celery does not define. */
  readonly headers: Readonly<Record<string, KombuValue>>;
  /** The custom properties of the sender: those that Celery and Kombu do not define. */
  readonly properties: Readonly<Record<string, KombuValue>>;
}

export interface DeliveryInfo {
  readonly exchange: string;
  /** The Celery name of the queue, without prefix and replacements (docs/wire-format.md §1.6). */
  readonly routingKey: string;
}
