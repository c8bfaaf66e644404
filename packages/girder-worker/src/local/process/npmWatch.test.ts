import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const watcher = fileURLToPath(new URL('../fixtures/watchesNpm.ts', import.meta.url));

/** As npm runs a script: npm, its shell, the command. What follows `exit` keeps a shell from being replaced. */
const asNpmDoes = `echo "npm $$"; sh -c 'echo "shell $$"; "${process.execPath}" "${watcher}"; exit'; exit`;

describe.runIf(process.platform === 'linux')('a command under npm', () => {
  test.each([
    ['npm', 'SIGKILL'],
    ['shell', 'SIGTERM'],
  ] as const)('learns that its %s was ended by %s', async (whose, signal) => {
    const npm = spawn('sh', ['-c', asNpmDoes], {
      env: { ...process.env, npm_lifecycle_event: 'dev' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const pids = new Map<string, number>();
    const said: string[] = [];
    for await (const line of createInterface({ input: npm.stdout })) {
      const [, name = '', pid] = /^(npm|shell) (\d+)$/.exec(line) ?? [];
      if (pid) pids.set(name, Number(pid));
      else said.push(line);
      if (line === 'watching') process.kill(pids.get(whose)!, signal);
    }
    expect(said).toEqual(['watching', 'npm is gone']);
  });

  test('learns that npm was gone before it could look', async () => {
    const npm = spawn('sh', ['-c', `"${process.execPath}" "${watcher}" $$ &`], {
      env: { ...process.env, npm_lifecycle_event: 'dev' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const said: string[] = [];
    for await (const line of createInterface({ input: npm.stdout })) said.push(line);
    expect(said).toContain('npm is gone');
  }, 10_000);
});
