import { type ChildProcess, fork, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { siblingModule } from './siblingModule.ts';

export interface BoundProcessOptions {
  readonly args?: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Of stdin, stdout and stderr; the channel to the parent comes on top. */
  readonly stdio: readonly ('ignore' | 'inherit' | 'pipe')[];
  /** True for a module that is not ours, and so does not import `endWithParent.ts` itself. */
  readonly isForeign?: boolean;
}

const alive = new Set<ChildProcess>();

/**
 * Runs a module in a Node process that cannot outlive this one, even if this one is killed while that one computes.
 *
 * It leads a process group of its own: Ctrl-C in a terminal goes to this process alone, which then decides in which
 * order its children end.
 */
export function startBound(
  module: string,
  { args = [], env, stdio, isForeign = false }: BoundProcessOptions,
): ChildProcess {
  if (alive.size === 0) process.once('exit', killAll);
  const child = fork(module, args, {
    env,
    stdio: [...stdio, 'ipc'] as StdioOptions,
    execArgv: isForeign ? ['--import', siblingModule(import.meta.url, './endWithParent.ts').href] : [],
    detached: process.platform !== 'win32',
  });
  alive.add(child);
  child.once('exit', () => {
    alive.delete(child);
    if (alive.size === 0) process.off('exit', killAll);
  });
  return child;
}

/** They would end by themselves when this process has; so they are gone, and their ports free, as soon as it has. */
function killAll(): void {
  for (const { pid } of alive) if (pid !== undefined) killGroup(pid, 'SIGKILL');
}

/** Ends a tied process, with all that it started itself, and resolves when it is gone. */
export async function killBound(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  killGroup(child.pid, 'SIGKILL');
  await gone;
}

/** Signals the process group that a tied process leads; one that is gone already is no error. */
export function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
