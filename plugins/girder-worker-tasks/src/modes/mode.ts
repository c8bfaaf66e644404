import type { Produced } from '../bindings/transfer.ts';
import type { Fields } from '../fields.ts';
import type { RunContext } from '../run/context.ts';
import type { Port, TaskSpec } from '../run/taskSpec.ts';

/** An input, when its task runs. */
export interface InputValue {
  readonly port: Port;
  /** The data in the format of the port or, for a file, its path. */
  readonly value: unknown;
  readonly isFile: boolean;
}

/** What a mode gets to run a task. */
export interface ModeRun {
  readonly spec: TaskSpec;
  readonly inputs: ReadonlyMap<string, InputValue>;
  readonly outputs: ReadonlyMap<string, Fields>;
  readonly context: RunContext;
  /** Runs the task of a step, and resolves to the bindings of its outputs. */
  readonly runStep: (task: unknown, inputs: Fields) => Promise<Fields>;
}

/** What a mode returns. */
export interface ModeResult {
  readonly outputs: ReadonlyMap<string, Produced>;
  /** More entries of the result of the task. */
  readonly more?: Fields;
}

/** Runs a task. Rejects if it fails. */
export type RunMode = (run: ModeRun) => Promise<ModeResult>;
