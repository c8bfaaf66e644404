import { hostname } from 'node:os';

/**
 * The node name of a worker from the pattern of Celery's `-n`, such as `worker1@%h`: `%h` is the name of this machine, `%n` its
 * first part, `%d` its domain, `%%` a percent sign. A pattern without `@` is the part after it. Without a pattern, the name
 * is `nodeName`.
 */
export function workerName(pattern: string | undefined, nodeName: string, host = hostname()): string {
  if (pattern === undefined) return nodeName;
  const [first = '', ...rest] = host.split('.');
  const parts: Record<string, string> = { h: host, n: first, d: rest.join('.'), '%': '%' };
  const name = pattern.replaceAll(/%([hnd%])/g, (_, letter: string) => parts[letter]!);
  return name.includes('@') ? name : `girder-worker@${name}`;
}
