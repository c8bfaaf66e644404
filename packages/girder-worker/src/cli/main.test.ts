import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

/** Runs the CLI in a Node.js that says that it has this version. */
function runAs(version: string, ...args: string[]) {
  const versions = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`;
  return promisify(execFile)(process.execPath, ['--import', `data:text/javascript,${versions}`, main, ...args]);
}

test.each(['20.19.5', '22.12.0', '18.0.0'])(
  'Node.js %s is refused in one line that names the version',
  async (version) => {
    await expect(runAs(version, '--version')).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: `girder-worker: Node.js 22.13 or newer is needed; this is ${version} (${process.execPath}).\n`,
    });
  },
);

test.each(['22.13.0', '24.0.0', '100.1.0'])('Node.js %s runs the CLI', async (version) => {
  expect((await runAs(version, '--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
