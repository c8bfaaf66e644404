import { hostname } from 'node:os';
import { nodeName } from '../connections/nodeName.ts';

/**
 * The name of a worker from Celery's `-n`: `worker1@%h`, or just a host. `%h` stands for this machine's name, `%n` for its first part,
 * `%d` for its domain, `%%` for a percent sign. Without a pattern, it is that of `aws/nodeName.ts`.
 */
export function workerName(pattern: string | undefined, env: NodeJS.ProcessEnv, host = hostname()): string {
  if (pattern === undefined) return nodeName(env);
  const [first = '', ...rest] = host.split('.');
  const parts: Record<string, string> = { h: host, n: first, d: rest.join('.'), '%': '%' };
  const name = pattern.replaceAll(/%([hnd%])/g, (_, letter: string) => parts[letter]!);
  return name.includes('@') ? name : `girder-worker@${name}`;
}
