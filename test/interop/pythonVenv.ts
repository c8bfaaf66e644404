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
  return installPython(`celery-${celeryVersion}`, constraints, [
    `celery[sqs]==${celeryVersion}`,
    'boto3',
    ...serializers,
  ]);
}

/**
 * Resolves to the path of the Python executable of a virtual environment with these packages, in the versions of a file of
 * constraints. The first call creates it with pip, outside the repository; `name` is the beginning of the name of its folder.
 *
 * Rejects with an Error with pip's output if pip fails.
 */
export async function installPython(
  name: string,
  constraints: string,
  packages: readonly string[],
  interpreter = 'python3',
): Promise<string> {
  const digest = createHash('sha256')
    .update(await readFile(constraints))
    .digest('hex')
    .slice(0, 12);
  const pipArguments = ['--constraint', constraints, ...packages];
  return makeVenv(path.join(cacheFolder(), `${name}-${digest}`), pipArguments, interpreter);
}

/**
 * Creates a virtual environment with these arguments of `pip install`, unless it exists. Resolves to the path of its
 * executable.
 */
export async function makeVenv(
  folder: string,
  pipArguments: readonly string[],
  interpreter = 'python3',
): Promise<string> {
  await promisify(execFile)(interpreter, [path.join(here, 'make_venv.py'), folder, ...pipArguments]);
  return path.join(folder, 'bin', 'python');
}
