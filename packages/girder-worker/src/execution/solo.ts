import type { Outcome } from '../outcome/outcome.ts';
import type { Registry } from '../registry/registry.ts';
import { CancellationFlag } from './cancellation.ts';
import type { Pool, Run } from './pool.ts';
import type { FromThread, RunResult } from './protocol.ts';
import { runBody } from './runBody.ts';
import { ThreadRuntime } from './threadRuntime.ts';

/**
 * Runs tasks in this thread, for those that say `pool: 'solo'`: purely asynchronous ones, which a thread would only delay.
 * One that computes holds up everything else here, and none can be ended before it ends itself: a hard limit or a
 * termination settles its outcome, and what it does afterwards is for nothing.
 */
export function createSoloPool(registry: Registry): Pick<Pool, 'run'> {
  return {
    run(body, listener, decide = () => ({}), calls) {
      const limits = decide();
      if ('state' in limits) return settled(limits);
      const { softMs, hard } = limits;

      const flag = new CancellationFlag();
      const terminated = Promise.withResolvers<RunResult>();
      const runtime: ThreadRuntime = new ThreadRuntime(flag, hear);
      const stop = (reason: 'revoked' | 'softLimit') => {
        flag.set(reason);
        runtime.abortIfStopped();
      };
      const terminate = (outcome: RunResult['outcome']) => {
        stop('revoked');
        terminated.resolve({ outcome, childrenJson: '[]' });
      };
      const timers = [
        softMs === undefined ? undefined : setTimeout(() => stop('softLimit'), softMs),
        hard && setTimeout(() => terminate(hard.outcome), hard.ms),
      ];
      const run = runBody(registry, { body, calls }, runtime);
      return {
        ended: Promise.race([run, terminated.promise]).finally(() => {
          for (const timer of timers) clearTimeout(timer);
        }),
        cancel: () => stop('revoked'),
        terminate,
      };

      function hear(reply: FromThread): void {
        if (reply.kind === 'log') listener.onLog(reply.level, reply.text);
        if (reply.kind === 'state') {
          listener.onState(reply.state, reply.metaJson).then(
            () => runtime.stateStored(reply.ticket, undefined),
            (error: unknown) => runtime.stateStored(reply.ticket, String(error)),
          );
        }
      }
    },
  };
}

function settled(outcome: Outcome): Run {
  const nothing = () => undefined;
  return { ended: Promise.resolve({ outcome, childrenJson: '[]' }), cancel: nothing, terminate: nothing };
}
