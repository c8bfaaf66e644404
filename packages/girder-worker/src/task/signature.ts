import type { AnyResult, AsyncResult, GroupResult, ValueOf } from './result.ts';

/** How one call differs from what the task says of itself; Celery's `apply_async` options in camelCase. */
export interface ApplyOptions {
  /** Python's keyword arguments, for tasks that are not called from TypeScript alone. */
  readonly kwargs?: Readonly<Record<string, unknown>>;
  /** The id of the task, which is the key of its result; of a chain that of its last step. @default a random UUID */
  readonly taskId?: string;
  readonly queue?: string;
  /** From 0, the lowest, to 9; SQS ignores it, but the task sees it. */
  readonly priority?: number;
  /** Seconds to wait before the task runs. */
  readonly countdown?: number;
  /** When the task is to run; ISO 8601 without an offset is read in the worker's own time zone. */
  readonly eta?: Date | string;
  /** After which the task is not run any more, but revoked: seconds from now, or a time. */
  readonly expires?: number | Date | string;
  /** Seconds after which the task is ended. */
  readonly timeLimit?: number;
  /** Seconds after which the task is asked to stop. */
  readonly softTimeLimit?: number;
  /** How often the task counts as retried already. @default 0 */
  readonly retries?: number;
  readonly ignoreResult?: boolean;
  /** A name that logs show instead of the task's own. */
  readonly shadow?: string;
  /** The sender's own headers: the task sees them as `this.request.headers`. */
  readonly headers?: Readonly<Record<string, unknown>>;
  /** The task sees them as `this.request.stamps`; tasks can be revoked by them. */
  readonly stamps?: Readonly<Record<string, unknown>>;
  /** Sent when the task has succeeded, with its result. */
  readonly link?: Signature | readonly Signature[];
  /** Sent when the task has failed, with its id. */
  readonly linkError?: Signature | readonly Signature[];
  readonly replyTo?: string;
  /** @default that of the task that sends, or the task itself */
  readonly rootId?: string;
  /** @default the task that sends, if it is one */
  readonly parentId?: string;
  /** Of a FIFO queue, messages of one group are run in order. @default 'default' */
  readonly messageGroupId?: string;
  /** Of a FIFO queue, a message that was sent in the last five minutes is not sent again. @default a random UUID */
  readonly messageDeduplicationId?: string;
  /** Lets SQS hold the message back, at most 900 seconds; not on FIFO queues. */
  readonly delaySeconds?: number;
}

/** What `.set` changes: options of the call to come, and whether the signature takes what came before it. */
export interface SignatureOptions extends ApplyOptions {
  readonly immutable?: boolean;
}

/**
 * A task, or several put together, to be sent later; `H` is the handle that sending it gives.
 *
 * Methods that change a signature change it in place, as in Celery, and give it back; `clone` makes another.
 */
export interface Signature<H extends AnyResult = AnyResult> {
  /** Sends it. `args` come before its own, unless it is immutable. */
  applyAsync(args?: readonly unknown[], options?: ApplyOptions): Promise<H>;
  /** Sends it, with these arguments before its own. */
  delay(...args: readonly unknown[]): Promise<H>;
  set(options: SignatureOptions): this;
  /** Stamps all tasks in it, of a chord those of the header: `this.request.stamps`. */
  stamp(stamps: Readonly<Record<string, unknown>>): this;
  /** Sends `callback` when it has succeeded, with its result before the callback's arguments. */
  link(callback: Signature): this;
  /** Sends `errback` when it has failed, with the id of what failed; one that takes more is called with the error. */
  linkError(errback: Signature): this;
  /** This and then `next`; Python's `|`. */
  pipe<Next extends AnyResult>(next: Signature<Next>): Signature<Next>;
  clone(): Signature<H>;
  /** The signature as it travels: Celery's dict. */
  toJSON(): Readonly<Record<string, unknown>>;
}

/** The handle that sending a signature gives. */
export type HandleOf<S> = S extends Signature<infer H> ? H : never;

/** The results of several signatures. */
export type ValuesOf<S extends readonly Signature[]> = { -readonly [I in keyof S]: ValueOf<HandleOf<S[I]>> };

type Last<S extends readonly Signature[]> = S extends readonly [...unknown[], infer L] ? L : S[number];

/** All arguments of a task, or only the later ones, as those before may come from the step before. */
export type Later<A extends readonly unknown[]> = A extends readonly [unknown, ...infer Rest] ? A | Later<Rest> : A;

/** What a signature is made of besides its task. */
export interface SignatureParts extends SignatureOptions {
  readonly args?: readonly unknown[];
}

/** Ways of putting tasks together; those of Python's `celery` package. */
export interface Canvas {
  /** A task by its name, or a signature in its form as a dict. */
  signature<R = unknown>(
    task: string | Readonly<Record<string, unknown>>,
    parts?: SignatureParts,
  ): Signature<AsyncResult<R>>;
  /** One after the other: each is given the result of the one before. A group and what follows it become a chord. */
  chain<const S extends readonly [Signature, ...Signature[]]>(...steps: S): Signature<HandleOf<Last<S>>>;
  chain<S extends readonly Signature[]>(steps: S): Signature<HandleOf<Last<S>>>;
  /** All at the same time. */
  group<const S extends readonly Signature[]>(members: readonly [...S]): Signature<GroupResult<ValuesOf<S>>>;
  group<const S extends readonly Signature[]>(...members: S): Signature<GroupResult<ValuesOf<S>>>;
  /** All of the header at the same time, and then the body, with the list of their results. */
  chord<B extends AnyResult>(header: readonly Signature[] | Signature<GroupResult>, body: Signature<B>): Signature<B>;
  /** A group of tasks that each call `task` for so many of the items, which are lists of arguments. */
  chunks<H extends AnyResult>(
    task: Signature<H>,
    items: Iterable<readonly unknown[]>,
    size: number,
  ): Signature<GroupResult<ValueOf<H>[][]>>;
}
