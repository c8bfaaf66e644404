import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requirePython } from '../support/requirements.ts';
import { makeVenv, pythonVenv } from './pythonVenv.ts';

const run = promisify(execFile);

describe.skipIf(!requirePython())('a virtual environment for tests', { timeout: 300_000 }, () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'girder-worker-venv-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('is created once for two concurrent calls, and is complete for both', async () => {
    const venv = path.join(folder, 'twice');
    const python = await Promise.all([makeVenv(venv, ['pip']), makeVenv(venv, ['pip'])]);
    expect(python).toEqual([path.join(venv, 'bin', 'python'), path.join(venv, 'bin', 'python')]);
    expect((await run(python[0], ['-c', 'import sys; print(sys.prefix)'])).stdout).toBe(`${venv}\n`);
    const madeAt = (await stat(path.join(venv, 'pyvenv.cfg'))).birthtimeMs;
    await makeVenv(venv, ['pip']);
    expect((await stat(path.join(venv, 'pyvenv.cfg'))).birthtimeMs).toBe(madeAt);
  });

  test('is created again if the first attempt failed', async () => {
    const venv = path.join(folder, 'half');
    await expect(makeVenv(venv, ['--no-index', 'a-package-that-is-nowhere'])).rejects.toThrow(
      'a-package-that-is-nowhere',
    );
    await writeFile(path.join(venv, 'leftover'), '');
    const python = await makeVenv(venv, ['pip']);
    expect((await run(python, ['-m', 'pip', '--version'])).stdout).toContain(venv);
    await expect(stat(path.join(venv, 'leftover'))).rejects.toThrow('ENOENT');
  });

  test('contains the versions of Celery, Kombu and boto3 that docs/wire-format.md names', async () => {
    const program =
      'import celery, kombu, boto3, pycurl; print(celery.__version__, kombu.__version__, boto3.__version__)';
    expect((await run(await pythonVenv('5.7.0'), ['-c', program])).stdout).toBe('5.7.0 5.7.0 1.44.5\n');
  });

  test('is refused for a version of Celery that has no constraints file', async () => {
    await expect(pythonVenv('1.0.0')).rejects.toThrow('constraints-1.0.0.txt');
  });
});
