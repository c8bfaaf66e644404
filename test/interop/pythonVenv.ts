import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder } from '../support/cacheFolder.ts';

const here = path.dirname(fileURLToPath(import.meta.url));

/** The packages that Kombu needs for YAML, msgpack and brotli. */
const serializers = ['pyyaml', 'msgpack', 'brotli'];

/**
 * Resolves to the path of the Python executable of a virtual environment with this version of `celery[sqs]` and boto3. All
 * versions are those of `constraints-<version>.txt` in this folder. The first call creates it with pip, outside the
 * repository.
 *
 * Needs Python (`requirePython`) and, for the first call, PyPI. Rejects with an Error with pip's output if pip fails.
 */
export async function pythonVenv(celeryVersion: string): Promise<string> {
  const constraints = path.join(here, `constraints-${celeryVersion}.txt`);
  const digest = createHash('sha256')
    .update(await readFile(constraints))
    .digest('hex')
    .slice(0, 12);
  const folder = path.join(cacheFolder(), `celery-${celeryVersion}-${digest}`);
  return makeVenv(folder, ['--constraint', constraints, `celery[sqs]==${celeryVersion}`, 'boto3', ...serializers]);
}

/**
 * Creates a virtual environment with these arguments of `pip install`, unless it exists. Resolves to the path of its
 * executable.
 */
export async function makeVenv(folder: string, pipArguments: readonly string[]): Promise<string> {
  await promisify(execFile)('python3', [path.join(here, 'make_venv.py'), folder, ...pipArguments]);
  return path.join(folder, 'bin', 'python');
}
