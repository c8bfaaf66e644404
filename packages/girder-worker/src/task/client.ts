import type { Control } from './remoteControl.ts';
import type { AnyResult, AsyncResult, GroupResult } from './result.ts';
import type { ApplyOptions, Canvas } from './signature.ts';

export type { Control } from './remoteControl.ts';
export type { AnyResult, AsyncResult, GetOptions, GroupResult, TaskState } from './result.ts';
export type { ApplyOptions } from './signature.ts';

/** The groups that were saved. */
export interface GroupResults {
  /** Undefined where no group of this id was saved. */
  restore(id: string): Promise<GroupResult | undefined>;
}

/** What an app needs to send tasks and to ask for results; implemented in `client/`. */
export interface TaskClient {
  /** `optionsOf` tells what a task says of itself, and where it goes by default. */
  canvas(optionsOf: (task: string) => ApplyOptions): Canvas;
  send(
    task: string,
    args: readonly unknown[],
    options: ApplyOptions,
    optionsOf: (task: string) => ApplyOptions,
  ): Promise<AnyResult>;
  result(id: string): AsyncResult<unknown>;
  readonly groups: GroupResults;
  readonly control: Control;
}
