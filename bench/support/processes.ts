import { readdirSync, readFileSync } from 'node:fs';

/** The unit of times in /proc/<pid>/stat: 100 on every platform that Node.js supports on Linux. */
const ticksPerSecond = 100;

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** CPU time of the process and of its children that have ended. */
  readonly cpuSeconds: number;
}

/** Returns the CPU time of these processes and all their descendants, in seconds. */
export function cpuSecondsOf(roots: readonly number[]): number {
  const all = allProcesses();
  const counted = new Set(roots);
  for (let size = 0; size < counted.size; ) {
    size = counted.size;
    for (const { pid, parent } of all) if (counted.has(parent)) counted.add(pid);
  }
  return all.reduce((sum, { pid, cpuSeconds }) => (counted.has(pid) ? sum + cpuSeconds : sum), 0);
}

/** Returns the children of this process whose command line contains this word. */
export function childrenWith(word: string): number[] {
  return allProcesses()
    .filter(({ pid, parent }) => parent === process.pid && read(`/proc/${pid}/cmdline`)?.includes(word))
    .map(({ pid }) => pid);
}

/** Returns the physical memory of a process in MiB. */
export function residentMib(pid: number): number {
  const kib = /VmRSS:\s+(\d+) kB/.exec(read(`/proc/${pid}/status`) ?? '')?.[1];
  if (kib === undefined) throw new Error(`Process ${pid} is gone.`);
  return Number(kib) / 1024;
}

function allProcesses(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = read(`/proc/${name}/stat`);
      if (stat === undefined) return [];
      // The name of the program is in parentheses and can contain any character.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const ticks = fields.slice(11, 15).map(Number); // utime, stime, cutime, cstime
      const cpuSeconds = ticks.reduce((sum, tick) => sum + tick, 0) / ticksPerSecond;
      return [{ pid: Number(name), parent: Number(fields[1]), cpuSeconds }];
    });
}

/** Returns the text of a file; undefined if its process has ended meanwhile. */
function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}
