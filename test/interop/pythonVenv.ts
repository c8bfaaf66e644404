import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder } from '../support/cacheFolder.ts';

const here = path.dirname(fileURLToPath(import.meta.url));

/** What Kombu needs to write YAML and msgpack, and to compress with brotli. */
const serializers = ['pyyaml', 'msgpack', 'brotli'];

/**
 * The Python executable of a virtual environment with this version of `celery[sqs]` and boto3, all versions as in
 * `constraints-<version>.txt` beside this file. Made by pip at the first call, and kept outside the repository.
 *
 * Needs Python (`requirePython`) and, the first time, PyPI; throws an Error with pip's own words if it fails.
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

/** Makes a virtual environment with what `pip install` is told, unless it is there already; gives its executable. */
export async function makeVenv(folder: string, pipArguments: readonly string[]): Promise<string> {
  await promisify(execFile)('python3', [path.join(here, 'make_venv.py'), folder, ...pipArguments]);
  return path.join(folder, 'bin', 'python');
}
