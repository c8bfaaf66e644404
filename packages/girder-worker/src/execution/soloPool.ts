import type { Outcome } from '../outcome/outcome.ts';
import type { Registry } from '../registry/registry.ts';
import { nodeSystem } from '../system/nodeSystem.ts';
import type { System } from '../system/system.ts';
import { CancellationFlag, type StopReason } from './cancellation.ts';
import { type LateError, type Pool, type Run, warnOfLateError } from './pool.ts';
import { type FromThread, type RunResult, resultOf } from './protocol.ts';
import { endedBySoftLimit } from './runLimits.ts';
import type { TaskExtension } from './taskExtension.ts';
import { ThreadRuntime } from './threadRuntime.ts';

export interface SoloPoolOptions {
  /** Adds to the runs of some tasks. @default nothing is added */
  readonly extension?: TaskExtension;
  /** Called with an uncaught error from a task that had already finished. @default emits a warning of the process */
  readonly onLateError?: ((error: LateError) => void) | undefined;
  /** @default nodeSystem */
  readonly system?: Pick<System, 'startTimer' | 'now' | 'random'>;
}

/**
 * Runs tasks in this thread: the pool of tasks with `pool: 'solo'`, which are purely asynchronous and gain nothing from a
 * thread of their own. A solo task that computes blocks everything else in this thread, and no solo task can be
 * terminated: a hard limit or a termination settles its outcome, and the task runs on without effect. An error that no code of the task
 * catches fails the task, and not the process.
 */
export function createSoloPool(
  registry: Registry,
  { extension, onLateError = warnOfLateError, system = nodeSystem }: SoloPoolOptions = {},
): Pick<Pool, 'run'> {
  let code: Promise<typeof import('./soloTask.ts')> | undefined;
  return {
    run(body, listener, resolveLimits = () => ({}), details = {}) {
      const limits = resolveLimits();
      if ('state' in limits) return endedRun(limits);
      const { softMs, hard } = limits;

      const flag = new CancellationFlag();
      const terminated = Promise.withResolvers<RunResult>();
      const runtime: ThreadRuntime = new ThreadRuntime(flag, onMessage, system);
      const stop = (reason: StopReason) => {
        flag.set(reason);
        runtime.abortIfStopped();
      };
      const terminate = (outcome: Outcome) => {
        stop('revoked');
        terminated.resolve(resultOf(outcome));
      };
      const cancelTimers = [
        softMs === undefined ? undefined : system.startTimer(() => stop('softLimit'), softMs),
        hard && system.startTimer(() => terminate(hard.outcome(0)), hard.ms),
      ];
      code ??= import('./soloTask.ts'); // Loaded for the first task: few deployments have solo tasks.
      const run = code
        .then(({ runSoloTask }) => {
          const call = { body, details, runtime, terminate, onLateError };
          return runSoloTask(registry, call, extension);
        })
        .then((result) => endedBySoftLimit(result, limits, 0));
      return {
        ended: Promise.race([run, terminated.promise]).finally(() => {
          for (const cancel of cancelTimers) cancel?.();
        }),
        cancel: () => stop('revoked'),
        terminate,
      };

      function onMessage(message: FromThread): void {
        if (message.kind === 'log') listener.onLog(message.level, message.text, message.data);
        if (message.kind === 'request') {
          const { ticket, request } = message;
          listener.onRequest(request).then(
            (value) => ticket !== undefined && runtime.onAnswer({ ticket, value }),
            (error: unknown) => {
              if (ticket !== undefined) runtime.onAnswer({ ticket, error: String(error) });
              else listener.onLog('error', `The request "${request.name}" of the task failed: ${error}`);
            },
          );
        }
      }
    },
  };
}

function endedRun(outcome: Outcome): Run {
  const noEffect = () => undefined;
  return { ended: Promise.resolve(resultOf(outcome)), cancel: noEffect, terminate: noEffect };
}
