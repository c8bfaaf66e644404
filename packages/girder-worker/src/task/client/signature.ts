import type { GirderCallOptions } from '../girder/callOptions.ts';
import type { AnyResult, AsyncResult, GroupResult, ValueOf } from './result.ts';

/** The options of one call: those of Celery's `apply_async` in camelCase. They win over the options of the task. */
export interface ApplyOptions extends GirderCallOptions {
  /** Keyword arguments. A task in TypeScript receives them as the parameters of these names. */
  readonly kwargs?: Readonly<Record<string, unknown>>;
  /** The id of the task, which is the key of its result; of a chain the id of its last step. @default a random UUID */
  readonly taskId?: string;
  /** The Celery queue to send to. @default the task option queue */
  readonly queue?: string;
  /** From 0 (lowest) to 9. SQS ignores it; the task reads it from `this.request`. @default the task option priority */
  readonly priority?: number;
  /** The earliest start, in seconds from now. It wins over `eta`. */
  readonly countdown?: number;
  /** The earliest start: a Date or an ISO 8601 string. A string without an offset is in UTC for this worker. */
  readonly eta?: Date | string;
  /** The latest start: seconds from now, a Date or an ISO 8601 string. A task that starts later is revoked instead. */
  readonly expires?: number | Date | string;
  /** The task is terminated after this time, in seconds. @default the task option timeLimit */
  readonly timeLimit?: number;
  /** `this.signal` is aborted after this time, in seconds. @default the task option softTimeLimit */
  readonly softTimeLimit?: number;
  /** The number of retries that already count. @default 0 */
  readonly retries?: number;
  /** Stores no result. @default the task option ignoreResult */
  readonly ignoreResult?: boolean;
  /** A name that logs show instead of the task's name. */
  readonly shadow?: string;
  /**
   * A text that logs and remote control show instead of the positional arguments, such as `('***',)`: for arguments that are secret. The
   * message and the result table still contain them.
   */
  readonly argsRepr?: string;
  /** A text that logs and remote control show instead of the keyword arguments. */
  readonly kwargsRepr?: string;
  /** Headers to add to the message. The task reads them from `this.request.headers`. */
  readonly headers?: Readonly<Record<string, unknown>>;
  /** Stamps by name. The task reads them from `this.request.stamps`; `revokeByStampedHeaders` revokes tasks by them. */
  readonly stamps?: Readonly<Record<string, unknown>>;
  /** Callbacks: sent when the task succeeds, with its result as the first argument. */
  readonly link?: Signature | readonly Signature[];
  /** Errbacks: sent when the task fails, with its id as the first argument. */
  readonly linkError?: Signature | readonly Signature[];
  /** The address for replies. @default a UUID of this process */
  readonly replyTo?: string;
  /** The id of the first task of the workflow. @default the root of the task that sends, else the id of this task */
  readonly rootId?: string;
  /** The id of the task that sends. @default the running task, if a task sends */
  readonly parentId?: string;
  /** SQS MessageGroupId: the messages of one group in a FIFO queue run in order. @default 'default' for FIFO queues */
  readonly messageGroupId?: string;
  /** SQS MessageDeduplicationId: a FIFO queue drops a second message with this id for 5 minutes. @default a random UUID */
  readonly messageDeduplicationId?: string;
  /** SQS DelaySeconds, from 0 to 900: SQS delivers the message after this time. Not for FIFO queues. */
  readonly delaySeconds?: number;
}

/** The options of `Signature.set`. */
export interface SignatureOptions extends ApplyOptions {
  /** Whether the signature ignores the result of the task before it. */
  readonly immutable?: boolean;
}

/**
 * A task, or a workflow of tasks, that can be sent later. `H` is the type of the handle that sending it returns.
 *
 * As in Celery, the methods that change a signature change it in place and return it. `clone` returns an independent copy.
 *
 * Sending throws CanvasError, whose `code` is NOTHING_TO_RUN for a chain without steps, NOT_A_SIGNATURE for a value that is
 * no signature, and OPTION_MALFORMED for a malformed time and a callback on a group.
 *
 * @example
 * const result = await add.s(1, 2).pipe(add.s(3)).applyAsync([], { queue: 'slow' });
 * await result.get(); // 6
 */
export interface Signature<H extends AnyResult = AnyResult> {
  /** Sends it. `args` precede its own arguments; an immutable signature ignores them. `options` win over its own. */
  applyAsync(args?: readonly unknown[], options?: ApplyOptions): Promise<H>;
  /** Sends it. `args` precede its own arguments; an immutable signature ignores them. */
  delay(...args: readonly unknown[]): Promise<H>;
  /** Sets options, and adds keyword arguments with `kwargs`. */
  set(options: SignatureOptions): this;
  /** Stamps all tasks in it; of a chord those of the header. A task reads its stamps from `this.request.stamps`. */
  stamp(stamps: Readonly<Record<string, unknown>>): this;
  /** Adds a callback, which is sent when it succeeds. Its result precedes the arguments of the callback. */
  link(callback: Signature): this;
  /**
   * Adds an errback, which runs when it fails. An errback with one parameter is sent, with the id of the failed task as its
   * argument. An errback with more parameters is called by the worker with `(request, exc, traceback)`, as in Celery.
   */
  linkError(errback: Signature): this;
  /** Returns a signature that runs this one and then `next`, as Python's `|`. */
  pipe<Next extends AnyResult>(next: Signature<Next>): Signature<Next>;
  /** Returns a copy, which later changes of this one do not affect. */
  clone(): Signature<H>;
  /** Returns the signature in its wire form: Celery's dict. */
  toJSON(): Readonly<Record<string, unknown>>;
}

/** The type of the handle that sending a signature returns. */
export type HandleOf<S> = S extends Signature<infer H> ? H : never;

/** The types of the values of several signatures. */
export type ValuesOf<S extends readonly Signature[]> = { -readonly [I in keyof S]: ValueOf<HandleOf<S[I]>> };

type Last<S extends readonly Signature[]> = S extends readonly [...unknown[], infer L] ? L : S[number];

/** All arguments of a task, or only the last ones: the step before it supplies the others. */
export type PartialArgs<A extends readonly unknown[]> = A extends readonly [unknown, ...infer Rest]
  ? A | PartialArgs<Rest>
  : A;

/** The parts of a signature besides the name of its task. */
export interface SignatureParts extends SignatureOptions {
  readonly args?: readonly unknown[];
}

/** The functions that compose workflows: those of Python's `celery` package. */
export interface Canvas {
  /**
   * Returns the signature of a task by its name, or of Celery's dict of a signature. `R` is the type that the task returns.
   *
   * Throws CanvasError NOT_A_SIGNATURE for any other value.
   *
   * @example signature<number>('python.tasks.add', { args: [1, 2], queue: 'python' })
   */
  signature<R = unknown>(
    task: string | Readonly<Record<string, unknown>>,
    parts?: SignatureParts,
  ): Signature<AsyncResult<R>>;
  /**
   * Runs the steps one after the other. Each step gets the result of the step before it as its first argument. A group and
   * the step after it become a chord.
   *
   * @example chain(add.s(1, 2), add.s(3)) // (1 + 2) + 3
   */
  chain<const S extends readonly [Signature, ...Signature[]]>(...steps: S): Signature<HandleOf<Last<S>>>;
  chain<S extends readonly Signature[]>(steps: S): Signature<HandleOf<Last<S>>>;
  /**
   * Runs the members in parallel. The result is the list of their results.
   *
   * @example group(add.s(1, 1), add.s(2, 2)) // [2, 4]
   */
  group<const S extends readonly Signature[]>(members: readonly [...S]): Signature<GroupResult<ValuesOf<S>>>;
  group<const S extends readonly Signature[]>(...members: S): Signature<GroupResult<ValuesOf<S>>>;
  /**
   * Runs the header in parallel, and then the body with the list of the header's results as its first argument. If a member
   * of the header fails, the body fails with a ChordError.
   *
   * @example chord([add.s(1, 1), add.s(2, 2)], sum.s()) // sum([2, 4])
   */
  chord<B extends AnyResult>(header: readonly Signature[] | Signature<GroupResult>, body: Signature<B>): Signature<B>;
  /**
   * Returns a group of tasks, each of which calls `task` for up to `size` of the items. Each item is a list of arguments.
   *
   * Throws CanvasError OPTION_MALFORMED for a size that is no positive integer.
   *
   * @example chunks(add.s(), [[1, 1], [2, 2], [3, 3]], 2) // [[2, 4], [6]]
   */
  chunks<H extends AnyResult>(
    task: Signature<H>,
    items: Iterable<readonly unknown[]>,
    size: number,
  ): Signature<GroupResult<ValueOf<H>[][]>>;
}
