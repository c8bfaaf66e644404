// A process that starts Redis as its child. It ends when its own parent ends, and Redis ends with it. When Redis listens, it
// sends the port to its parent. SIGTERM ends both.
import '../../packages/girder-worker-dev/src/local/process/endWithParent.ts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { createInterface } from 'node:readline';

const host = '127.0.0.1';

/** Resolves to a port that is free now, because Redis does not accept port 0. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const port = await freePort();
const redis = spawn(
  'redis-server',
  ['--port', String(port), '--bind', host, '--save', '', '--appendonly', 'no', '--daemonize', 'no'],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
const lines: string[] = [];
createInterface({ input: redis.stdout }).on('line', (line) => {
  lines.push(line);
  if (line.includes('Ready to accept connections')) process.send?.(port);
});
process.once('SIGTERM', () => redis.kill());
redis.once('close', (code, signal) => {
  if (code === 0) process.exit(0);
  console.error(`Redis has ended (${signal ?? `exit code ${code}`}):\n${lines.slice(-20).join('\n')}`);
  process.exit(1);
});
