import { type ChildProcess, fork, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { siblingModule } from './siblingModule.ts';

export interface BoundProcessOptions {
  readonly args?: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** The modes of stdin, stdout and stderr. The IPC channel is added. */
  readonly stdio: readonly ('ignore' | 'inherit' | 'pipe')[];
  /** Whether the module does not import `endWithParent.ts` itself, as one of a user. @default false */
  readonly isForeign?: boolean;
}

/**
 * The variable by which a bound process learns the pid of its parent. By the time that it asks the operating system, the parent may
 * have ended, and have been replaced.
 */
export const parentVariable = 'GIRDER_WORKER_BOUND_TO';

const alive = new Set<ChildProcess>();

/**
 * Runs a module in a Node.js process that is bound to this one: it ends with this process, even if this process is killed
 * while the module computes without a pause.
 *
 * A bound process leads its own process group. So Ctrl-C in a terminal signals only this process, which decides the order in
 * which its children end.
 */
export function startBound(
  module: string,
  { args = [], env, stdio, isForeign = false }: BoundProcessOptions,
): ChildProcess {
  if (alive.size === 0) process.once('exit', killAll);
  const child = fork(module, args, {
    env: { ...env, [parentVariable]: String(process.pid) },
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

/** Bound processes end by themselves, but later. With this, their ports are free as soon as this process has ended. */
function killAll(): void {
  for (const { pid } of alive) if (pid !== undefined) killGroup(pid, 'SIGKILL');
}

/** Kills a bound process and its children. Resolves when it has ended. Does nothing if it has ended already. */
export async function killBound(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  killGroup(child.pid, 'SIGKILL');
  await gone;
}

/** Signals the process group of a bound process. Does nothing if it has ended already. */
export function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
