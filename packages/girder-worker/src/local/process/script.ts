import { once } from 'node:events';
import { killGroup, startBound } from './boundProcess.ts';
import { exitCodeOf } from './stopRequest.ts';

export interface Script {
  /** Its exit code, as a shell reports it. */
  readonly ended: Promise<number>;
  stop(): Promise<void>;
}

const timeToEndMs = 2000;

/** Runs `node <file>` with this environment, printing where we print. It ends with this process at the latest. */
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
      const timer = setTimeout(() => killGroup(child.pid!, 'SIGKILL'), timeToEndMs);
      await ended;
      clearTimeout(timer);
    },
  };
}
