import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { answers, printNextSteps } from './present.ts';

const file = fileURLToPath(new URL('../../infra/localstack/compose.yml', import.meta.url));

/** Runs a profile of compose.yml until a signal, and then removes its containers. Resolves to the exit code. */
export async function runDocker(profile: 'localstack' | 'ministack', port: number): Promise<number> {
  const compose = (...args: string[]) =>
    // In a process group of its own: Ctrl-C reaches this process alone, which stops the containers once.
    spawn('docker', ['compose', '-f', file, '--profile', profile, ...args], {
      detached: true,
      env: { ...process.env, PORT: String(port) },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  const up = compose('up');
  const ended = once(up, 'exit').then(([code]) => Number(code ?? 1));
  let stopped = false;
  const stop = () => {
    if (stopped) return;
    stopped = true;
    console.log('Stopping');
    compose('down', '--timeout', '5');
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  if (await answers(port, ended)) printNextSteps(profile, port);
  const code = await ended;
  return stopped ? 0 : code;
}
