import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const scripts = fileURLToPath(new URL('../scripts', import.meta.url));
let checkout: string;
let started: ChildProcess[] = [];

beforeEach(() => {
  checkout = mkdtempSync(path.join(tmpdir(), 'setup-'));
  for (const name of ['setup.mjs', 'setup']) {
    cpSync(path.join(scripts, name), path.join(checkout, 'scripts', name), { recursive: true });
  }
});
afterEach(() => {
  for (const child of started) child.kill('SIGKILL');
  started = [];
  rmSync(checkout, { recursive: true, force: true, maxRetries: 5 });
});

/** Writes a checkout whose installation needs no network: its dependency is a folder within it. npm runs `postinstall` last. */
function write({ version = '1.0.0', postinstall = marksInstallation, dependency = 'file:dependency' } = {}): void {
  const root = { name: 'checkout', version: '1.0.0', dependencies: { dependency } };
  const packages = {
    '': root,
    dependency: { version },
    'node_modules/dependency': { resolved: 'dependency', link: true },
  };
  mkdirSync(path.join(checkout, 'dependency'), { recursive: true });
  writeJson('dependency/package.json', { name: 'dependency', version });
  writeJson('package.json', { ...root, scripts: { postinstall } });
  writeJson('package-lock.json', { name: 'checkout', version: '1.0.0', lockfileVersion: 3, requires: true, packages });
}

function writeJson(file: string, value: object): void {
  writeFileSync(path.join(checkout, file), JSON.stringify(value));
}

const marksInstallation = `node -e "fs.appendFileSync('installations', 'x'); console.log('output of postinstall')"`;
const neverEnds = `node -e "fs.writeFileSync('started', ''); setTimeout(() => 0, 60000)"`;
const takesHalfASecond = `${marksInstallation} && node -e "setTimeout(() => 0, 500)"`;
const fails = `node -e "console.error('the reason'); process.exit(1)"`;

function installations(): number {
  const file = path.join(checkout, 'installations');
  return existsSync(file) ? readFileSync(file, 'utf8').length : 0;
}

/** Runs the set-up as npm does before its scripts. */
function start(env: NodeJS.ProcessEnv = {}): {
  child: ChildProcess;
  ended: Promise<{ code: unknown; output: string }>;
} {
  const child = spawn(process.execPath, ['scripts/setup.mjs'], {
    cwd: checkout,
    env: { ...process.env, npm_execpath: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  const streams = Promise.all([text(child.stdout), text(child.stderr)]);
  const ended = once(child, 'close').then(async ([code]) => ({ code, output: (await streams).join('') }));
  return { child, ended };
}

async function npmStarted(): Promise<void> {
  while (!existsSync(path.join(checkout, 'started'))) await delay(20);
}

describe('the set-up of a checkout', () => {
  test('installs the dependencies once, and prints nothing if they are installed', async () => {
    write();
    const first = await start().ended;
    expect(first).toEqual({
      code: 0,
      output: expect.stringMatching(/^Installing the dependencies \(npm ci\): 0 s\n.*done after \d+ s\n$/),
    });
    expect(existsSync(path.join(checkout, 'node_modules/dependency/package.json'))).toBe(true);
    expect(await start().ended).toEqual({ code: 0, output: '' });
    expect(installations()).toBe(1);
  });

  test('installs again if package-lock.json has changed', async () => {
    write();
    await start().ended;
    write({ version: '1.0.1' });
    await start().ended;
    expect(installations()).toBe(2);
  });

  test('accepts dependencies that were installed with npm', async () => {
    write();
    const npm = spawn('npm', ['install', '--no-audit'], {
      cwd: checkout,
      stdio: 'ignore',
      shell: process.platform === 'win32',
    });
    await once(npm, 'exit');
    expect(installations()).toBe(1);
    expect(await start().ended).toEqual({ code: 0, output: '' });
    expect(installations()).toBe(1);
  });

  test('installs with npm install if there is no package-lock.json', async () => {
    write();
    rmSync(path.join(checkout, 'package-lock.json'));
    expect(await start().ended).toMatchObject({ code: 0, output: expect.stringContaining('npm install') });
    expect(await start().ended).toEqual({ code: 0, output: '' });
  });

  test('shows npm’s output if npm fails, and installs again at the next run', async () => {
    write({ postinstall: fails });
    const failed = await start().ended;
    expect(failed.code).toBe(1);
    expect(failed.output).toContain('the reason');
    expect(failed.output).toContain('npm ci failed: its output is above.');
    write();
    expect(await start().ended).toMatchObject({ code: 0 });
    expect(installations()).toBe(1);
  });

  test('reports that the registry cannot be reached, if that is the reason', async () => {
    write({ dependency: '1.0.0' });
    rmSync(path.join(checkout, 'package-lock.json'));
    const unreachable = { npm_config_registry: 'http://127.0.0.1:9/', npm_config_fetch_retries: '0' };
    expect(await start(unreachable).ended).toMatchObject({
      code: 1,
      output: expect.stringContaining('npm cannot reach its registry (ECONNREFUSED)'),
    });
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('ends npm at %s, and installs again at the next run', async (signal) => {
    write({ postinstall: neverEnds });
    const { child, ended } = start();
    await npmStarted();
    child.kill(signal);
    expect(await ended).toMatchObject({ code: signal === 'SIGINT' ? 130 : 143 });
    write();
    expect(await start().ended).toMatchObject({ code: 0, output: expect.stringContaining('done') });
    expect(installations()).toBe(1);
  });

  test('ignores the lock of a set-up that was killed', async () => {
    mkdirSync(path.join(checkout, '.build'));
    const dead = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(dead, 'exit');
    writeFileSync(path.join(checkout, '.build/setup.lock'), String(dead.pid));
    write();
    expect(await start().ended).toMatchObject({ code: 0 });
    expect(installations()).toBe(1);
  });

  test('installs once if two set-ups start at the same time', async () => {
    write({ postinstall: takesHalfASecond });
    const both = await Promise.all([start().ended, start().ended]);
    expect(both).toMatchObject([{ code: 0 }, { code: 0 }]);
    expect(installations()).toBe(1);
    expect(both.map(({ output }) => output).join('')).toMatch(/Waiting for the installation by process \d+/);
  });
});
