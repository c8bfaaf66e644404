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
let left: ChildProcess[] = [];

beforeEach(() => {
  checkout = mkdtempSync(path.join(tmpdir(), 'setup-'));
  for (const name of ['setup.mjs', 'setup']) {
    cpSync(path.join(scripts, name), path.join(checkout, 'scripts', name), { recursive: true });
  }
});
afterEach(() => {
  for (const child of left) child.kill('SIGKILL');
  left = [];
  rmSync(checkout, { recursive: true, force: true, maxRetries: 5 });
});

/** A checkout that needs no network: it depends on a folder within it. npm runs `postinstall` at its end. */
function write({ version = '1.0.0', postinstall = leavesMark, dependency = 'file:dependency' } = {}): void {
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

const leavesMark = `node -e "fs.appendFileSync('installations', 'x'); console.log('said by postinstall')"`;
const neverEnds = `node -e "fs.writeFileSync('begun', ''); setTimeout(() => 0, 60000)"`;
const takesHalfASecond = `${leavesMark} && node -e "setTimeout(() => 0, 500)"`;
const fails = `node -e "console.error('the reason'); process.exit(1)"`;

function installations(): number {
  const file = path.join(checkout, 'installations');
  return existsSync(file) ? readFileSync(file, 'utf8').length : 0;
}

/** Runs the set-up as a person would. */
function start(env: NodeJS.ProcessEnv = {}): { child: ChildProcess; ended: Promise<{ code: unknown; said: string }> } {
  const child = spawn(process.execPath, ['scripts/setup.mjs'], {
    cwd: checkout,
    env: { ...process.env, npm_execpath: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  left.push(child);
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const ended = once(child, 'close').then(async ([code]) => ({ code, said: (await output).join('') }));
  return { child, ended };
}

async function begun(): Promise<void> {
  while (!existsSync(path.join(checkout, 'begun'))) await delay(20);
}

describe('the set-up of a checkout', () => {
  test('installs what is not there, and then has nothing to do or say', async () => {
    write();
    const first = await start().ended;
    expect(first).toEqual({
      code: 0,
      said: expect.stringMatching(/^Installing the dependencies \(npm ci\): 0 s\n.*done after \d+ s\n$/),
    });
    expect(existsSync(path.join(checkout, 'node_modules/dependency/package.json'))).toBe(true);
    expect(await start().ended).toEqual({ code: 0, said: '' });
    expect(installations()).toBe(1);
  });

  test('installs again when package-lock.json has changed', async () => {
    write();
    await start().ended;
    write({ version: '1.0.1' });
    await start().ended;
    expect(installations()).toBe(2);
  });

  test('accepts what a person has installed with npm', async () => {
    write();
    const npm = spawn('npm', ['install', '--no-audit'], {
      cwd: checkout,
      stdio: 'ignore',
      shell: process.platform === 'win32',
    });
    await once(npm, 'exit');
    expect(installations()).toBe(1);
    expect(await start().ended).toEqual({ code: 0, said: '' });
    expect(installations()).toBe(1);
  });

  test('installs without a package-lock.json, too', async () => {
    write();
    rmSync(path.join(checkout, 'package-lock.json'));
    expect(await start().ended).toMatchObject({ code: 0, said: expect.stringContaining('npm install') });
    expect(await start().ended).toEqual({ code: 0, said: '' });
  });

  test('shows npm’s output if npm fails, and tries again at the next run', async () => {
    write({ postinstall: fails });
    const failed = await start().ended;
    expect(failed.code).toBe(1);
    expect(failed.said).toContain('the reason');
    expect(failed.said).toContain('npm ci failed, see above.');
    write();
    expect(await start().ended).toMatchObject({ code: 0 });
    expect(installations()).toBe(1);
  });

  test('says that the registry cannot be reached, if that is the reason', async () => {
    write({ dependency: '1.0.0' });
    rmSync(path.join(checkout, 'package-lock.json'));
    const unreachable = { npm_config_registry: 'http://127.0.0.1:9/', npm_config_fetch_retries: '0' };
    expect(await start(unreachable).ended).toMatchObject({
      code: 1,
      said: expect.stringContaining('npm cannot reach its registry (ECONNREFUSED)'),
    });
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('ends npm at %s, and installs at the next run', async (signal) => {
    write({ postinstall: neverEnds });
    const { child, ended } = start();
    await begun();
    child.kill(signal);
    expect(await ended).toMatchObject({ code: signal === 'SIGINT' ? 130 : 143 });
    write();
    expect(await start().ended).toMatchObject({ code: 0, said: expect.stringContaining('done') });
    expect(installations()).toBe(1);
  });

  test('is not held up by one that was killed', async () => {
    mkdirSync(path.join(checkout, '.build'));
    const dead = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(dead, 'exit');
    writeFileSync(path.join(checkout, '.build/setup.lock'), String(dead.pid));
    write();
    expect(await start().ended).toMatchObject({ code: 0 });
    expect(installations()).toBe(1);
  });

  test('is done once by two that start at the same time', async () => {
    write({ postinstall: takesHalfASecond });
    const both = await Promise.all([start().ended, start().ended]);
    expect(both).toMatchObject([{ code: 0 }, { code: 0 }]);
    expect(installations()).toBe(1);
    expect(both.map(({ said }) => said).join('')).toMatch(/Waiting for the set-up that process \d+/);
  });
});
