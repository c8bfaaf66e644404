import type { System } from '../system/system.ts';
import { withTimeout } from '../system/timeouts.ts';
import type { Log } from './log.ts';
import type { RunInfo, TaskEventName, TaskEvents } from './taskEvents.ts';

type Arguments<Name extends TaskEventName> = Parameters<Required<TaskEvents>[Name]>;

/** Passes the events of runs to listeners. */
export interface TaskEventEmitter {
  /** Calls the listeners that handle the event. Never throws, and does not wait for asynchronous listeners. */
  emit<Name extends TaskEventName>(name: Name, ...args: Arguments<Name>): void;
  /** Resolves when all listeners have handled the events of a run, or after `limitMs`, which is logged. Never rejects. */
  handled(run: RunInfo, limitMs: number): Promise<void>;
}

export interface TaskEventEmitterOptions {
  readonly listeners: readonly TaskEvents[];
  readonly log: Log;
  readonly system: Pick<System, 'startTimer'>;
}

export function createTaskEventEmitter({ listeners, log, system }: TaskEventEmitterOptions): TaskEventEmitter {
  /** For each run, by the index of the listener, the event that it still handles. Empty while all listeners are synchronous. */
  const pending = new WeakMap<RunInfo, Map<number, Promise<void>>>();

  return {
    emit(name, ...args) {
      const [run] = args;
      for (const [index, listener] of listeners.entries()) {
        const handler = listener[name] as ((...args: unknown[]) => void | Promise<void>) | undefined;
        if (!handler) continue;
        const report = (error: unknown) => reportFailure(log, name, run, error);
        const previous = pending.get(run)?.get(index);
        try {
          const handled =
            previous !== undefined ? previous.then(() => handler.apply(listener, args)) : handler.apply(listener, args);
          if (handled instanceof Promise) add(run, index, handled.catch(report));
        } catch (error) {
          report(error);
        }
      }
    },

    async handled(run, limitMs) {
      const handling = pending.get(run);
      if (!handling) return;
      try {
        const late = () => new Error(`listeners did not handle all events within ${limitMs} ms`);
        await withTimeout(system, limitMs, Promise.all(handling.values()), late);
      } catch (error) {
        log.error(`Task events of ${run.message.task}[${run.message.id}]: ${(error as Error).message}`);
      } finally {
        pending.delete(run);
      }
    },
  };

  function add(run: RunInfo, index: number, handling: Promise<void>): void {
    const ofRun = pending.get(run) ?? new Map<number, Promise<void>>();
    pending.set(run, ofRun.set(index, handling));
  }
}

function reportFailure(log: Log, name: TaskEventName, { message }: RunInfo, error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  log.error(`A task event listener failed on "${name}" of ${message.task}[${message.id}]: ${text}`);
}
