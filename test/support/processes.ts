import { readdirSync, readFileSync } from 'node:fs';

/** Returns the pids of a process and of all its descendants. Works on Linux only, because it reads /proc. */
export function familyOf(pid: number): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parents = new Map(pids.map((name) => [Number(name), Number(/^PPid:\s(\d+)$/m.exec(statusOf(name))?.[1])]));
  const family = [pid];
  for (const member of family)
    family.push(...[...parents].filter(([, parent]) => parent === member).map(([child]) => child));
  return family;
}

/** Returns the pids of the children of this process whose command line contains this word. Works on Linux only. */
export function childrenRunning(word: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && new RegExp(`^PPid:\\s${process.pid}$`, 'm').test(statusOf(name)))
    .map(Number)
    .filter((pid) => readOf(pid, 'cmdline').includes(word) && isRunning(pid));
}

/** Returns whether a process runs. A zombie, whose parent has not read its exit code yet, does not run. */
export function isRunning(pid: number): boolean {
  return /^State:\s[^Z]/m.test(statusOf(pid));
}

/** Returns an empty text if the process has ended. */
function statusOf(pid: number | string): string {
  return readOf(pid, 'status');
}

function readOf(pid: number | string, file: 'status' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
