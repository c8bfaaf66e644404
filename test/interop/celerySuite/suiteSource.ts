import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder } from '../../support/cacheFolder.ts';
import { makeVenv } from '../pythonVenv.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

/** The release whose suite runs. */
export const suiteVersion = '5.7.0';

/** What runs the suite. */
export interface SuiteSource {
  /** The path of the Python executable of a virtual environment with Celery, pytest and what the suite imports. */
  readonly python: string;
  /** A folder with `t/integration` and `pyproject.toml` of Celery's source distribution. */
  readonly folder: string;
}

/**
 * Resolves to the suite and the environment that runs it, which the first call downloads from PyPI, outside the repository.
 * Several processes may call it at the same time. Rejects with an Error with pip's output.
 */
export async function suiteSource(): Promise<SuiteSource> {
  const constraints = path.join(here, '..', `constraints-${suiteVersion}.txt`);
  const requirements = path.join(here, 'requirements.txt');
  const python = await makeVenv(
    path.join(cacheFolder(), `celery-suite-venv-${await digest(constraints, requirements)}`),
    [...['--constraint', constraints, '--requirement', requirements], ...[`celery[sqs]==${suiteVersion}`, 'boto3']],
  );
  const fetcher = path.join(here, 'fetch_suite.py');
  const folder = path.join(cacheFolder(), `celery-suite-${await digest(fetcher, path.join(here, 'sdist.txt'))}`);
  if (!(await exists(folder))) await download(python, fetcher, folder);
  return { python, folder };
}

/** Only a complete download gets the name of the folder: that of the first process if there are several. */
async function download(python: string, fetcher: string, folder: string): Promise<void> {
  await mkdir(cacheFolder(), { recursive: true });
  const partial = await mkdtemp(`${folder}-`);
  try {
    await promisify(execFile)(python, [fetcher, partial]);
    await rename(partial, folder);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (!(await exists(folder))) throw error;
  }
}

async function digest(...files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) hash.update(await readFile(file));
  return hash.digest('hex').slice(0, 12);
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
