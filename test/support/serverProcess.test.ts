import { describe, expect, test } from 'vitest';
import { isRunning } from './processes.ts';
import { startServerProcess } from './serverProcess.ts';

/** A program for Node.js that ends with its standard input. */
const untilInputEnds = "process.stdin.resume(); process.stdin.on('end', () => process.exit());";

function start(program: string, startTimeoutMs = 20_000) {
  return startServerProcess(process.execPath, ['-e', program], { startTimeoutMs });
}

describe('a server in a child process', () => {
  test('has the port that it prints, and has ended when stop() resolves', async () => {
    const server = await start(`console.error('starting'); console.log(4711); ${untilInputEnds}`);
    expect(server.port).toBe(4711);
    expect(server.log()).toBe('starting\n');
    await server.stop();
    expect(isRunning(server.pid)).toBe(false);
  });

  test('rejects with its output if it ends before it is ready', async () => {
    await expect(start("console.error('no such database'); process.exitCode = 1")).rejects.toThrow(/no such database/);
  });

  test('is stopped if it is not ready in time', async () => {
    await expect(start(`console.error('waiting'); ${untilInputEnds}`, 1000)).rejects.toThrow(/did not start/);
  });

  test('rejects if there is no such program', async () => {
    await expect(startServerProcess('girder-worker-no-such-program', [])).rejects.toThrow('ENOENT');
  });
});
