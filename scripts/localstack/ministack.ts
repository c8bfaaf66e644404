import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPython } from '../installations/pythonVenv.ts';
import { answers, printNextSteps } from './present.ts';

const constraints = fileURLToPath(new URL('../../infra/localstack/ministack-constraints.txt', import.meta.url));

/**
 * Runs MiniStack as a process of Python until a signal. The first call installs it, outside the repository. Resolves to the exit
 * code.
 */
export async function runMinistack(port: number): Promise<number> {
  if (await isInUse(port)) {
    console.error(`Port ${port} is in use. Choose another one with --port.`);
    return 1;
  }
  console.log(
    'Docker does not run: MiniStack emulates AWS instead. The first start installs it, which takes about a minute.',
  );
  const python = await installPython('ministack', constraints, ['ministack']).catch((error: Error) => {
    console.error(`MiniStack needs Python 3.10 or newer with venv, and pip:\n${error.message}`);
  });
  if (python === undefined) return 1;
  const folder = mkdtempSync(path.join(tmpdir(), 'girder-worker-localstack-'));
  const child = spawn(python, ['-m', 'ministack'], {
    cwd: folder,
    // In a process group of its own, which includes the processes of the functions.
    detached: true,
    env: {
      ...process.env,
      // It runs functions with the first `node`: the one that runs this script.
      PATH: `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}`,
      TMPDIR: folder,
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = once(child, 'exit').then(([code]) => Number(code ?? 1));
  let stopped = false;
  const stop = () => {
    stopped = true;
    killGroup(child);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  process.on('exit', () => killGroup(child));
  if (await answers(port, ended)) printNextSteps('MiniStack', port);
  const code = await ended;
  killGroup(child); // Functions that outlive it.
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  if (!stopped) console.error(`MiniStack has ended with exit code ${code}.`);
  return stopped ? 0 : 1;
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // All of its processes have ended.
  }
}

async function isInUse(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return Promise.race([once(socket, 'connect').then(() => true), once(socket, 'error').then(() => false)])
    .catch(() => false)
    .finally(() => socket.destroy());
}
