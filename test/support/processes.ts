import { readdirSync, readFileSync } from 'node:fs';

/** The pids of a process and of all that it has started, directly or not. Only Linux tells it without a tool. */
export function familyOf(pid: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parents = new Map(pids.map((name) => [Number(name), Number(/^PPid:\s(\d+)$/m.exec(statusOf(name))?.[1])]));
  const family = [pid];
  for (const member of family)
    family.push(...[...parents].filter(([, parent]) => parent === member).map(([child]) => child));
  return family;
}

/** A process that has ended, but whose parent has not asked for its exit code yet, holds nothing any more. */
export function isRunning(pid: number): boolean {
  return /^State:\s[^Z]/m.test(statusOf(pid));
}

/** Empty for a process that is gone. */
function statusOf(pid: number | string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
