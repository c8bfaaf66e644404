import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { celeryUrls } from '../../packages/girder-worker-dev/src/local/emulators/variables.ts';
import { pythonVenv } from '../interop/pythonVenv.ts';
import { latestCelery } from '../interop/versions.ts';
import { requirePython } from '../support/requirements.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { preambleOf } from './checks.ts';
import { readSnippets, root, type Snippet } from './snippets.ts';

const run = promisify(execFile);
const snippets = readSnippets().filter((snippet) => snippet.run);

let stack: Stack;
/** A folder in the repository, so that its modules find the packages. */
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(root, 'test/docs/.snippets-'));
  stack = await startStack({ plugins: ['gwexample', 'girder-worker-tasks'] });
}, 300_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await stack?.stop();
});

/** Replaces the ports of `npm run dev`, which may be in use, by those of the stack. */
function withPorts(code: string): string {
  const { broker, backend } = celeryUrls(stack.emulators, 'celery');
  const replaced = code
    .replace('sqs://test:test@localhost:9324//', broker)
    .replace('dynamodb://test:test@localhost:8000/celery', backend);
  expect(replaced).not.toBe(code);
  return replaced;
}

function cases(language: string): [place: string, snippet: Snippet][] {
  return snippets.filter((snippet) => snippet.language === language).map((snippet) => [snippet.place, snippet]);
}

test('blocks in TypeScript and in Python are run', () => {
  expect(new Set(snippets.map(({ language }) => language))).toEqual(new Set(['ts', 'python']));
});

test.each(cases('ts'))(
  'the TypeScript block %s runs on the local stack',
  async (_, snippet) => {
    const file = join(folder, 'snippet.ts');
    writeFileSync(file, snippet.code);
    const { stdout } = await run(process.execPath, [file], { env: stack.env, timeout: 60_000 });
    if (snippet.prints !== undefined) expect(stdout.trim()).toBe(snippet.prints);
  },
  90_000,
);

describe.skipIf(!requirePython())('with Celery', () => {
  test.each(cases('python'))(
    'the Python block %s runs on the local stack',
    async (_, snippet) => {
      const code = withPorts(`${preambleOf(snippet)}\n${snippet.code}`);
      const { stdout } = await run(await pythonVenv(latestCelery), ['-c', code], { env: stack.env, timeout: 60_000 });
      if (snippet.prints !== undefined) expect(stdout.trim()).toBe(snippet.prints);
    },
    400_000,
  );

  test('the app of the README revokes a task: with supports_fanout, the command reaches the topic', async () => {
    const [, readme] = cases('python').find(([place]) => place.startsWith('README.md'))!;
    const [declaration] = readme.code.split('\nresult = ');
    // The task takes a minute, unless it is revoked.
    const program = `${declaration}
from celery.exceptions import TaskRevokedError
result = app.send_task("gwexample.analyses.tasks.cancelable", args=(60000,))
result.revoke()
try: print(result.get(timeout=40))
except TaskRevokedError: print("revoked")`;
    const { stdout } = await run(await pythonVenv(latestCelery), ['-c', withPorts(program)], {
      env: stack.env,
      timeout: 90_000,
    });
    expect(stdout.trim()).toBe('revoked');
  }, 400_000);
});
