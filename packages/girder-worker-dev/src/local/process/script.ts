import { once } from 'node:events';
import { exitCodeOf } from 'girder-worker/internal/cli';
import { nodeSystem } from 'girder-worker/internal/system';
import { killGroup, startBound } from './boundProcess.ts';

export interface Script {
  /** Resolves to its exit code, as a shell reports it. */
  readonly ended: Promise<number>;
  /** Sends SIGTERM, and SIGKILL after 2 s. Resolves when the script has ended. */
  stop(): Promise<void>;
}

const killAfterMs = 2000;

/** Runs `node <file>` with this environment as a bound process, which inherits stdout and stderr. */
export function runScript(file: string, env: NodeJS.ProcessEnv): Script {
  const child = startBound(file, { env, stdio: ['ignore', 'inherit', 'inherit'], isForeign: true });
  const ended = once(child, 'exit').then(([code, signal]: (number | NodeJS.Signals | null)[]) =>
    typeof code === 'number' ? code : exitCodeOf(signal as NodeJS.Signals),
  );
  return {
    ended,
    async stop() {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      killGroup(child.pid, 'SIGTERM');
      const cancelKill = nodeSystem.startTimer(() => killGroup(child.pid!, 'SIGKILL'), killAfterMs);
      await ended;
      cancelKill();
    },
  };
}
