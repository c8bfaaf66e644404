import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPython } from '../../interop/pythonVenv.ts';
import { createTemporaryFolder } from '../../support/deployment.ts';
import { dynamodbLocal } from '../../support/requirements.ts';
import { startServerProcess } from '../../support/serverProcess.ts';
import type { Emulator } from '../emulator.ts';

const here = path.dirname(fileURLToPath(import.meta.url));

/** The path of a Python 3.13, whose syntax LocalStack 4.14 needs, or undefined: `python3.13` of the PATH, or one of pyenv. */
export function findLocalstackPython(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const versions = path.join(env.PYENV_ROOT ?? path.join(homedir(), '.pyenv'), 'versions');
  const installed = globSync('3.13.*/bin/python', { cwd: versions }).map((file) => path.join(versions, file));
  return ['python3.13', ...installed].find(
    (python) =>
      spawnSync(python, ['-c', 'import ensurepip, fcntl, sys, venv; assert sys.version_info[:2] == (3, 13)']).status ===
      0,
  );
}

/**
 * Starts an empty LocalStack, with DynamoDB Local as its DynamoDB and this project's local Lambda for its functions. It ends at
 * the latest with this process, even if this process is killed.
 *
 * Needs Java (`requireJava`), a Python of `findLocalstackPython` and, for the first call, PyPI and Maven Central. Rejects with an Error with their
 * output.
 */
export async function startLocalstack(python: string): Promise<Emulator> {
  const installed = await installPython(
    'localstack',
    path.join(here, 'constraints.txt'),
    ['localstack-core[runtime]'],
    python,
  );
  const folder = createTemporaryFolder();
  const dynamodb = await dynamodbLocal();
  const functions = await startServerProcess(process.execPath, [path.join(here, 'functionHost.ts')]);
  const env = {
    PATH: process.env.PATH,
    HOME: folder.root,
    TMPDIR: folder.root,
    FILESYSTEM_ROOT: folder.root,
    FUNCTION_HOST_PORT: String(functions.port),
    DYNAMODB_LOCAL_PORT: new URL(dynamodb.endpoint).port,
  };
  const server = await startServerProcess(installed, [path.join(here, 'serve.py')], { env, cwd: folder.root });
  return {
    endpoint: `http://127.0.0.1:${server.port}`,
    log: () => `${server.log()}${functions.log()}`,
    async stop() {
      await server.stop();
      await functions.stop();
      await dynamodb.stop();
      folder[Symbol.dispose]();
    },
  };
}
