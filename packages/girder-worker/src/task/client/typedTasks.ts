import type { AsyncResult } from './result.ts';
import type { ApplyOptions, PartialArgs, Signature, SignatureOptions } from './signature.ts';

/** The type of a task: that of a task which `app.task` returned (`typeof add`), or of a function. */
// biome-ignore lint/suspicious/noExplicitAny: any function; `unknown` would accept functions without parameters only
export type TaskType = (...args: any) => unknown;

/** The types of tasks by name, such as `Tasks` of the generated registry. */
export type TaskTypeMap<T> = { readonly [Name in keyof T]: TaskType };

/** The types of the tasks of a registry, by name. The generated registry exports them as `Tasks`. */
export type TaskTypes<R extends { readonly tasks: Readonly<Record<string, { readonly load: () => unknown }>> }> = {
  readonly [Name in keyof R['tasks']]: Awaited<ReturnType<R['tasks'][Name]['load']>>;
};

/** The types of the arguments of a task. */
export type ArgumentsOf<F> = F extends (...args: infer A) => unknown ? A : never;

/** The handle on the result of a task. */
export type ResultOf<F> = F extends (...args: never) => infer R ? AsyncResult<Awaited<R>> : never;

type Keywords = Readonly<Record<string, unknown>>;

/** With keyword arguments, positional ones may be missing. */
type Positional<F, K> = keyof K extends never ? ArgumentsOf<F> : Partial<ArgumentsOf<F>>;

/**
 * An app that knows the names of its tasks, and their types: another name does not compile. `app.typed<Tasks>()` returns it.
 *
 * @example
 * import type { Tasks } from './functions/dispatcher/registry.generated.ts';
 * const tasks = app.typed<Tasks>();
 * const result = await tasks.sendTask('gwexample.analyses.tasks.fibonacci', [26]); // AsyncResult<number>
 */
export interface TypedApp<T extends TaskTypeMap<T>> {
  /** Sends a task without parameters, or whose parameters all have defaults. */
  sendTask<N extends { [Name in keyof T]: [] extends ArgumentsOf<T[Name]> ? Name : never }[keyof T] & string>(
    name: N,
  ): Promise<ResultOf<T[N]>>;
  /** Sends a task. With keyword arguments, positional ones may be missing. */
  // biome-ignore lint/complexity/noBannedTypes: no keyword arguments, which `keyof` must see as none
  sendTask<N extends keyof T & string, const K extends Keywords = {}>(
    name: N,
    args: Positional<T[N], K>,
    kwargs?: K,
    options?: Omit<ApplyOptions, 'kwargs'>,
  ): Promise<ResultOf<T[N]>>;
  /** Returns the signature of a task. Arguments that are missing at the front come from the result of the step before it. */
  signature<N extends keyof T & string>(
    name: N,
    parts?: SignatureOptions & { readonly args?: PartialArgs<ArgumentsOf<T[N]>> },
  ): Signature<ResultOf<T[N]>>;
}
