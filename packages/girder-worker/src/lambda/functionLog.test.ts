import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** Runs code with the log of a function in a process of its own, because Powertools writes to the console of its process. */
async function outputOf(format: string, code: string): Promise<string> {
  const module = new URL('./functionLog.ts', import.meta.url).href;
  const source = `import { createFunctionLog } from ${JSON.stringify(module)};
const log = await createFunctionLog(${JSON.stringify(format)});
${code}`;
  const args = ['--input-type=module', '--eval', source];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, {
    cwd: import.meta.dirname,
    env: { ...process.env, POWERTOOLS_DEV: undefined },
  });
  return stdout + stderr;
}

test('the JSON lines of a function have the fields that those of a worker have', async () => {
  const code = `log.info('received', { task: 't', id: '1', data: { n: 1 } }); log.warn('no fields');`;
  const lines = (await outputOf('json', code)).trim().split('\n');
  const common = { service: 'girder-worker', timestamp: expect.any(String) };
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 'INFO', message: 'received', ...common, task: 't', id: '1', data: { n: 1 } },
    { level: 'WARN', message: 'no fields', ...common },
  ]);
});

test('the text lines of a function are those of a worker', async () => {
  expect(await outputOf('text', `log.info('received', { task: 't', data: { n: 1 } });`)).toMatch(
    /^\[.*: INFO\/MainProcess\] received n=1\n$/,
  );
});
