import { readFileSync } from 'node:fs';
import { nodeSystem } from '../../system/nodeSystem.ts';
import { repeat } from '../../system/repeat.ts';

const intervalMs = 500;

/**
 * Calls `onGone` once when the npm that runs this process, or the shell between them, has ended. npm may have been killed.
 * And with a shell that does not replace itself by the command (dash), a signal that npm forwards ends only the shell.
 */
export function whenNpmIsGone(onGone: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  if (isOrphan()) {
    onGone();
    return;
  }
  const parents = parentsUpToNpm();
  const check = () => {
    if (parentsUpToNpm() === parents) return;
    void stop();
    onGone();
  };
  const stop = repeat(nodeSystem, intervalMs, check, { keepAlive: false });
}

/** Whether npm has ended already, so that the parent is init. In a container, npm itself may have pid 1. */
function isOrphan(): boolean {
  const { name = '' } = statusOf(process.ppid);
  return name === 'systemd' || (process.ppid === 1 && !/^(npm|node|yarn|pnpm|bun|deno|MainThread|\w*sh$)/.test(name));
}

/** The pid of npm or, if there is a shell between, the pids of the shell and of npm. */
function parentsUpToNpm(): string {
  const { name = '', parent } = statusOf(process.ppid);
  return name.endsWith('sh') ? `${process.ppid} ${parent}` : String(process.ppid);
}

/** Reads Linux's /proc. Empty on other systems, whose usual shells replace themselves by the command. */
function statusOf(pid: number): { readonly name?: string; readonly parent?: string } {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return /^Name:\s(?<name>.*)\n(?:.*\n)*?PPid:\s(?<parent>\d+)$/m.exec(status)?.groups ?? {};
  } catch {
    return {};
  }
}
