import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const watcher = fileURLToPath(new URL('../fixtures/watchesNpm.ts', import.meta.url));

/** Like npm running a script: npm, its shell, the command. The final `exit` keeps a shell from replacing itself. */
const asNpmDoes = `echo "npm $$"; sh -c 'echo "shell $$"; "${process.execPath}" "${watcher}"; exit'; exit`;

describe.runIf(process.platform === 'linux')('a command under npm', () => {
  test.each([
    ['npm', 'SIGKILL'],
    ['shell', 'SIGTERM'],
  ] as const)('detects that its %s was ended by %s', async (whose, signal) => {
    const npm = spawn('sh', ['-c', asNpmDoes], {
      env: { ...process.env, npm_lifecycle_event: 'dev' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const pids = new Map<string, number>();
    const lines: string[] = [];
    for await (const line of createInterface({ input: npm.stdout })) {
      const [, name = '', pid] = /^(npm|shell) (\d+)$/.exec(line) ?? [];
      if (pid) pids.set(name, Number(pid));
      else lines.push(line);
      if (line === 'watching') process.kill(pids.get(whose)!, signal);
    }
    expect(lines).toEqual(['watching', 'npm is gone']);
  });

  test('detects that npm had ended before the command started', async () => {
    const npm = spawn('sh', ['-c', `"${process.execPath}" "${watcher}" $$ &`], {
      env: { ...process.env, npm_lifecycle_event: 'dev' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const lines: string[] = [];
    for await (const line of createInterface({ input: npm.stdout })) lines.push(line);
    expect(lines).toContain('npm is gone');
  }, 10_000);
});
