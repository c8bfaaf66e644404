import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTemporaryFolder, type TemporaryFolder } from '../support/deployment.ts';
import { type PrintingProcess, readPrinting } from '../support/printingProcess.ts';
import { familyOf, isRunning } from '../support/processes.ts';
import { requireMinistack } from '../support/requirements.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

let folder: TemporaryFolder;
let started: ChildProcess[];
beforeEach(() => {
  folder = createTemporaryFolder();
  started = [];
});
afterEach(() => {
  for (const child of started) child.kill('SIGKILL');
  folder[Symbol.dispose]();
});

/** Runs the command with a `docker` whose source is this script of a shell. */
function localstack(docker: string, ...args: string[]): PrintingProcess {
  const bin = path.join(folder.root, 'bin');
  const temporary = path.join(folder.root, 'tmp');
  for (const made of [bin, temporary]) mkdirSync(made);
  writeFileSync(path.join(bin, 'docker'), `#!/bin/sh\n${docker}\n`);
  chmodSync(path.join(bin, 'docker'), 0o755);
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, TMPDIR: temporary };
  const child = spawn(process.execPath, ['scripts/localstack/main.ts', ...args], { cwd: root, env });
  started.push(child);
  return readPrinting(child);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe.runIf(process.platform === 'linux')('npm run localstack', () => {
  test.runIf(requireMinistack())(
    'runs MiniStack if Docker does not run, prints what to type next, and leaves no process and no file after Ctrl-C',
    async () => {
      const port = await freePort();
      const { child, printed, text, ended } = localstack('exit 1', '--port', String(port));
      await printed('\nready\n');
      expect(text()).toContain(`export AWS_ENDPOINT_URL=http://127.0.0.1:${port}\n`);
      expect(text()).toMatch(/^npx serverless deploy --param architecture=(x86_64|arm64)$/m);
      expect((await fetch(`http://127.0.0.1:${port}/_localstack/health`)).ok).toBe(true);
      const family = familyOf(child.pid!);
      expect(family.length).toBeGreaterThan(1);

      child.kill('SIGINT');
      expect(await ended).toBe(0);
      await expect.poll(() => family.filter(isRunning)).toEqual([]);
      await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow('fetch failed');
      expect(readdirSync(path.join(folder.root, 'tmp'))).toEqual([]);
    },
    400_000,
  );

  test('runs LocalStack in Docker if Docker runs, and removes its container after Ctrl-C', async () => {
    // In place of the container, a server that answers as LocalStack does.
    const server = createServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const calls = path.join(folder.root, 'calls');
    const docker = `echo "$PORT $@" >> ${calls}
case "$*" in *" up") trap 'exit 0' TERM; echo $$ > ${calls}.up; while :; do sleep 0.1; done;; *" down"*) kill $(cat ${calls}.up);; esac`;
    const { child, printed, ended } = localstack(docker, '--port', String(port));
    await printed('\nready\n');
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    server.close();
    const file = path.join(root, 'infra/localstack/compose.yml');
    const lines = readFileSync(calls, 'utf8').trim().split('\n').slice(-2);
    expect(lines).toEqual([
      `${port} compose -f ${file} --profile localstack up`,
      `${port} compose -f ${file} --profile localstack down --timeout 5`,
    ]);
  }, 60_000);

  test('names a port that is in use, and ends with exit code 1', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const { ended, text } = localstack('exit 1', '--port', String(port));
    expect(await ended).toBe(1);
    expect(text()).toContain(`Port ${port} is in use`);
    server.close();
  }, 60_000);

  test.each([
    ['--port', '0', '--port must be an integer from 1 to 65535'],
    ['--emulator', 'moto', '--emulator must be localstack, ministack or ministack-python, got "moto"'],
  ])(
    'refuses %s %s with the options that it knows',
    async (option, value, problem) => {
      const { ended, text } = localstack('exit 1', option, value);
      expect(await ended).toBe(2);
      expect(text()).toContain(problem);
      expect(text()).toContain('Usage: npm run localstack');
    },
    60_000,
  );
});
