import { readFileSync } from 'node:fs';

const intervalMs = 500;

/**
 * Calls back when the npm that runs this process is gone. It may have been killed, and where its shell is not replaced
 * by the command (dash), a signal that npm passes on ends that shell, but never gets here.
 */
export function whenNpmIsGone(act: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  if (isOrphan()) {
    act();
    return;
  }
  const parents = parentsUpToNpm();
  const timer = setInterval(() => {
    if (parentsUpToNpm() === parents) return;
    clearInterval(timer);
    act();
  }, intervalMs);
  timer.unref();
}

/** Whether the system has taken the place of npm already, which may itself be the first process of a container. */
function isOrphan(): boolean {
  const { name = '' } = statusOf(process.ppid);
  return name === 'systemd' || (process.ppid === 1 && !/^(npm|node|yarn|pnpm|bun|deno|MainThread|\w*sh$)/.test(name));
}

/** The pid of npm or, where there is a shell between, of the shell and of npm. */
function parentsUpToNpm(): string {
  const { name = '', parent } = statusOf(process.ppid);
  return name.endsWith('sh') ? `${process.ppid} ${parent}` : String(process.ppid);
}

/** From Linux's /proc; elsewhere nothing, where the usual shells are replaced by the command. */
function statusOf(pid: number): { readonly name?: string; readonly parent?: string } {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return /^Name:\s(?<name>.*)\n(?:.*\n)*?PPid:\s(?<parent>\d+)$/m.exec(status)?.groups ?? {};
  } catch {
    return {};
  }
}
