import type { ApplyOptions, AsyncResult, Control, GroupResults, TaskClient } from './client.ts';
import { AppConfig } from './config.ts';
import { attachDefinition, type CallSite, type TaskDefinition } from './definition.ts';
import { eagerTask } from './eager.ts';
import type { TaskOptions } from './options.ts';
import { publicNameOf } from './origin.ts';
import type { Canvas, Later, Signature } from './signature.ts';
import type { Task } from './task.ts';

/** A task as its module exports it: call it, and it runs in place; or send it to a worker. */
export interface RegisteredTask<A extends readonly unknown[], R> {
  (...args: A): R;
  /** The name under which the task is registered. */
  readonly name: string;
  /** Sends the task with these arguments. */
  delay(...args: A): Promise<AsyncResult<Awaited<R>>>;
  /** Sends the task with these arguments and options of its own. */
  applyAsync(args: A, options?: ApplyOptions): Promise<AsyncResult<Awaited<R>>>;
  /** The task as a part of a canvas; arguments that are missing at the front are the result of what came before. */
  s(...args: Later<A>): Signature<AsyncResult<Awaited<R>>>;
  /** The same, but for the result of what came before: these are all the arguments. */
  si(...args: A): Signature<AsyncResult<Awaited<R>>>;
}

/**
 * What a task is declared with. It is not said more closely, as a signature here would become the type of parameters
 * that have only a default: `(times = 2) => …` takes a number, not anything.
 */
// biome-ignore lint/complexity/noBannedTypes: see above
type TaskFunction = Function;

/** The task that a function becomes: `this` is given by the worker, and is none of its arguments. */
type TaskOf<F extends TaskFunction> = F extends (this: Task, ...args: infer A) => infer R
  ? RegisteredTask<A, R>
  : never;

/** The application: what tasks are declared with, and the door to those that run elsewhere. */
export class App {
  readonly config = new AppConfig();
  /** `signature, chain, group, chord, chunks` of this application. */
  readonly canvas: Canvas;
  readonly #client: TaskClient;
  /** The options of the tasks that were used here, by their names. */
  readonly #known = new Map<string, TaskOptions>();

  constructor(client: TaskClient) {
    this.#client = client;
    this.canvas = client.canvas(this.#optionsOf);
  }

  /** Declares a task. Its name is that of its module and its export, unless `options.name` gives another. */
  task<F extends TaskFunction>(fn: F): TaskOf<F>;
  task<F extends TaskFunction>(options: TaskOptions, fn: F): TaskOf<F>;
  task(first: TaskOptions | TaskFunction, second?: TaskFunction): unknown {
    const [options, fn] = typeof first === 'function' ? [{}, first] : [first, second];
    if (typeof fn !== 'function')
      throw new TypeError('app.task takes a function: app.task(fn) or app.task(options, fn)');
    const definition = { fn: fn as TaskDefinition['fn'], options, definedAt: callSite(this.task) };

    const task = (...args: unknown[]): unknown => fn.apply(eagerTask(task.name, args), args);
    Object.defineProperty(task, 'name', { get: () => publicNameOf(task, definition), configurable: true });
    attachDefinition(task, definition);
    const nameInUse = () => {
      this.#known.set(task.name, options);
      return task.name;
    };
    const applyAsync = (args: readonly unknown[], call: ApplyOptions = {}) =>
      this.#client.send(nameInUse(), args, call, this.#optionsOf);
    return Object.assign(task, {
      applyAsync,
      delay: (...args: unknown[]) => applyAsync(args),
      s: (...args: unknown[]) => this.canvas.signature(nameInUse(), { args }),
      si: (...args: unknown[]) => this.canvas.signature(nameInUse(), { args, immutable: true }),
    });
  }

  /** Sends a task by its name, whoever implements it. */
  async sendTask(
    name: string,
    args: readonly unknown[] = [],
    kwargs: Readonly<Record<string, unknown>> = {},
    options: Omit<ApplyOptions, 'kwargs'> = {},
  ): Promise<AsyncResult<unknown>> {
    const result = await this.#client.send(name, args, { ...options, kwargs }, this.#optionsOf);
    return result as AsyncResult<unknown>;
  }

  /** A handle on a task that was sent before, by anybody. */
  AsyncResult<R = unknown>(id: string): AsyncResult<R> {
    return this.#client.result(id) as AsyncResult<R>;
  }

  /** Groups that were saved, by anybody: `app.GroupResult.restore(id)`. */
  get GroupResult(): GroupResults {
    return this.#client.groups;
  }

  get control(): Control {
    return this.#client.control;
  }

  /** A task that is neither Celery's own nor known here leaves it to its worker whether to store a result. */
  readonly #optionsOf = (task: string): ApplyOptions => {
    const queue = this.config.get('taskDefaultQueue');
    const options = this.#known.get(task) ?? (task.startsWith('celery.') ? {} : undefined);
    if (!options) return { queue };
    const { priority, expires, timeLimit, softTimeLimit, ignoreResult = this.config.get('taskIgnoreResult') } = options;
    return {
      queue: options.queue ?? queue,
      ignoreResult,
      ...(priority !== undefined && { priority }),
      ...(expires !== undefined && { expires }),
      ...(timeLimit !== undefined && { timeLimit }),
      ...(softTimeLimit !== undefined && { softTimeLimit }),
    };
  };
}

/** The stack of whoever called `below`, one frame deep. */
function callSite(below: (...args: never[]) => unknown): CallSite {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 1;
  const site: CallSite = {};
  Error.captureStackTrace(site, below);
  Error.stackTraceLimit = limit;
  return site;
}
