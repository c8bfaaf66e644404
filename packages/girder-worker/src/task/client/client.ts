import type { Control } from './remoteControl.ts';
import type { AnyResult, AsyncResult, GroupResult } from './result.ts';
import type { ApplyOptions, Canvas } from './signature.ts';

export type { Control } from './remoteControl.ts';
export type {
  AnyResult,
  AsyncResult,
  GetOptions,
  GroupResult,
  IdTuple,
  StoredValue,
  TaskMessage,
  TaskState,
} from './result.ts';
export type { ApplyOptions } from './signature.ts';

/** Groups that can be restored, as Celery's class `GroupResult`. */
export interface GroupResults {
  /** Returns a group that was saved with `GroupResult.save()`, here or in Python; undefined if there is none with this id. */
  restore(id: string): Promise<GroupResult | undefined>;
}

/** The port by which an app sends tasks and reads results. Implemented in `client/`. */
export interface TaskClient {
  /** `optionsOf` returns the options of a task, including its queue. */
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
