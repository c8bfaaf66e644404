import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder } from './cacheFolder.ts';

const script = fileURLToPath(new URL('make_venv.py', import.meta.url));

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
  await promisify(execFile)(interpreter, [script, folder, ...pipArguments]);
  return path.join(folder, 'bin', 'python');
}
