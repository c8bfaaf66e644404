import type { ApplyOptions, AsyncResult, Control, GroupResults, StoredValue, TaskClient } from './client/client.ts';
import type { Canvas, PartialArgs, Signature } from './client/signature.ts';
import type { ArgumentsOf, ResultOf, TaskType, TaskTypeMap, TypedApp } from './client/typedTasks.ts';
import { AppConfig } from './config.ts';
import { attachDefinition, type CallSite, type TaskDefinition } from './definition.ts';
import { eagerTask } from './eager.ts';
import { addMiddleware, type Middleware } from './middleware.ts';
import type { TaskOptions } from './options.ts';
import { localNameOf, publicNameOf } from './origin.ts';
import { Task } from './task.ts';

/**
 * What `app.task` returns: the function, which runs in place when it is called, with methods that send it to a worker. `A`
 * are the types of its arguments, `R` is the type that it returns.
 *
 * @example
 * add(1, 2); // runs in place, returns 3
 * const result = await add.delay(1, 2); // runs in a worker
 * await result.get(); // 3
 */
export interface RegisteredTask<A extends readonly unknown[], R> {
  (...args: A): R;
  /** The name under which the task is registered. */
  readonly name: string;
  /** Sends the task with these arguments. Resolves to the handle on its result when the message is published. */
  delay(...args: A): Promise<AsyncResult<StoredValue<R>>>;
  /**
   * Sends the task with these arguments and options of the call.
   *
   * @example await add.applyAsync([1, 2], { countdown: 10, queue: 'slow' })
   */
  applyAsync(args: A, options?: ApplyOptions): Promise<AsyncResult<StoredValue<R>>>;
  /** Returns a signature of the task. Arguments that are missing at the front come from the result of the step before it. */
  s(...args: PartialArgs<A>): Signature<AsyncResult<StoredValue<R>>>;
  /** Returns an immutable signature: it has exactly these arguments, and ignores the result of the step before it. */
  si(...args: A): Signature<AsyncResult<StoredValue<R>>>;
}

/**
 * A function that becomes a task. The type is not `(...args: any[]) => unknown`: that type would become the type of
 * parameters that have only a default, so `times` in `(times = 2) => …` would be any instead of number.
 */
// biome-ignore lint/complexity/noBannedTypes: see above
type TaskFunction = Function;

/** The task for a function. The worker supplies `this`, so it is not one of the arguments. */
type TaskOf<F extends TaskFunction> = F extends (this: Task, ...args: infer A) => infer R
  ? RegisteredTask<A, R>
  : never;

/** A Celery app: declares tasks, and sends tasks to workers in TypeScript and Python. Import it from `girder-worker/app`. */
export class App {
  /** The settings, which plugins change with `app.config.update({ … })`. */
  readonly config = new AppConfig();
  /** The functions `signature`, `chain`, `group`, `chord` and `chunks` of this app. */
  readonly canvas: Canvas;
  readonly #client: TaskClient;
  /** The options of the tasks that were sent from this process, by name. */
  readonly #knownOptions = new Map<string, TaskOptions>();

  constructor(client: TaskClient) {
    this.#client = client;
    this.canvas = client.canvas(this.#optionsOf);
  }

  /**
   * Declares a task. Its name is `options.name`, or the import specifier of its module and its export name, with dots.
   *
   * Throws TypeError if there is no function. The task throws a TaskNameError with a `code` when its name is needed and cannot
   * be derived, for example because it was bundled.
   *
   * @example export const add = app.task((x: number, y: number) => x + y)
   * @example export const slow = app.task({ timeLimit: 300 }, async function slow(this: Task, url: string) { … })
   */
  task<F extends TaskFunction>(fn: F): TaskOf<F>;
  task<F extends TaskFunction>(options: TaskOptions, fn: F): TaskOf<F>;
  task(first: TaskOptions | TaskFunction, second?: TaskFunction): unknown {
    const [options, fn] = typeof first === 'function' ? [{}, first] : [first, second];
    if (typeof fn !== 'function')
      throw new TypeError(`app.task needs a function, got ${typeof fn}: use app.task(fn) or app.task(options, fn).`);
    const definition = { fn: fn as TaskDefinition['fn'], options, definedAt: callSite(this.task) };

    // A test, or another task, can pass its `this`: `count.call(this, 3)`.
    const task = function (this: unknown, ...args: unknown[]): unknown {
      return fn.apply(this instanceof Task ? this : eagerTask(localNameOf(task, definition), args), args);
    };
    Object.defineProperty(task, 'name', { get: () => publicNameOf(task, definition), configurable: true });
    attachDefinition(task, definition);
    const registeredName = () => {
      this.#knownOptions.set(task.name, options);
      return task.name;
    };
    const applyAsync = async (args: readonly unknown[], call: ApplyOptions = {}) =>
      this.#client.send(registeredName(), args, call, this.#optionsOf);
    return Object.assign(task, {
      applyAsync,
      delay: (...args: unknown[]) => applyAsync(args),
      s: (...args: unknown[]) => this.canvas.signature(registeredName(), { args }),
      si: (...args: unknown[]) => this.canvas.signature(registeredName(), { args, immutable: true }),
    });
  }

  /**
   * Adds code around each run of a task in a worker, whatever the app that declares it: database connections, the context of a tenant, error
   * trackers. Call it in a module that a plugin lists in `middlewareImports()`. The first one that is added is the outermost.
   *
   * @example app.use(async ({ name, task }, next) => { try { return await next(); } finally { task.log.info(`${name} has ended`); } })
   */
  use(middleware: Middleware): void {
    addMiddleware(middleware);
  }

  /**
   * Sends a task by its name, which a worker in any language runs. Resolves to the handle on its result when the message is
   * published. With the type of the task, its arguments and its result are typed; `import type` loads nothing of it.
   *
   * @example const result = await app.sendTask('python.tasks.add', [1, 2], { verbose: true }, { queue: 'python' })
   * @example const result = await app.sendTask<typeof add>('my_plugin.tasks.add', [1, 2]) // AsyncResult<number>
   */
  async sendTask(
    name: string,
    args?: readonly unknown[],
    kwargs?: Readonly<Record<string, unknown>>,
    options?: Omit<ApplyOptions, 'kwargs'>,
  ): Promise<AsyncResult<unknown>>;
  async sendTask<F extends TaskType>(
    name: string,
    args: ArgumentsOf<F>,
    kwargs?: Readonly<Record<string, unknown>>,
    options?: Omit<ApplyOptions, 'kwargs'>,
  ): Promise<ResultOf<F>>;
  async sendTask(
    name: string,
    args: readonly unknown[] = [],
    kwargs: Readonly<Record<string, unknown>> = {},
    options: Omit<ApplyOptions, 'kwargs'> = {},
  ): Promise<AsyncResult<unknown>> {
    const result = await this.#client.send(name, args, { ...options, kwargs }, this.#optionsOf);
    return result as AsyncResult<unknown>;
  }

  /**
   * Returns this app for the tasks of a map from name to type, such as `Tasks` of the generated registry: a misspelt name does
   * not compile. The map can contain tasks of other workers, too.
   *
   * @example const tasks = app.typed<Tasks & { 'python.tasks.add': (x: number, y: number) => number }>()
   */
  typed<T extends TaskTypeMap<T>>(): TypedApp<T> {
    const typed: Pick<App, 'sendTask'> & Pick<Canvas, 'signature'> = {
      sendTask: this.sendTask.bind(this),
      signature: this.canvas.signature,
    };
    return typed as unknown as TypedApp<T>;
  }

  /** Returns the handle on the result of a task that was sent before, by any client. `R` is the type that the task returns. */
  AsyncResult<R = unknown>(id: string): AsyncResult<R> {
    return this.#client.result(id) as AsyncResult<R>;
  }

  /** Groups that were saved by any client: `await app.GroupResult.restore(id)`. */
  get GroupResult(): GroupResults {
    return this.#client.groups;
  }

  /** Remote control: revokes and inspects tasks. No worker must be running. */
  get control(): Control {
    return this.#client.control;
  }

  /** The options of a task. For a task of another process `ignoreResult` is left out: its worker decides. */
  readonly #optionsOf = (task: string): ApplyOptions => {
    const queue = this.config.get('taskDefaultQueue');
    const options = this.#knownOptions.get(task) ?? (task.startsWith('celery.') ? {} : undefined);
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

/** The stack of the caller of `below`, one frame deep. */
function callSite(below: (...args: never[]) => unknown): CallSite {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 1;
  const site: CallSite = {};
  Error.captureStackTrace(site, below);
  Error.stackTraceLimit = limit;
  return site;
}
