import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { npmPackages } from './npmPackages.ts';
import { type PrintingProcess, readPrinting } from './printingProcess.ts';
import { isMet } from './requirements.ts';
import { type RuntimeApi, startRuntimeApi } from './runtimeApi.ts';

/** Returns whether aws-lambda-ric, the client of the Runtime API that AWS's images contain, can be built and run. Throws like `isMet`. */
export function requireLambdaRuntime(): boolean {
  if (process.platform !== 'linux' || process.arch !== 'x64') return false;
  return isMet({
    name: 'CMake, make, a C++ compiler, xz and Python 3, with which aws-lambda-ric is built',
    probes: [
      ['cmake', '--version'],
      ['make', '--version'],
      ['g++', '--version'],
      ['xz', '--version'],
      ['python3', '--version'],
    ],
    remedy: 'Debian and Ubuntu: apt-get install cmake make g++ xz-utils python3.',
  });
}

/** Resolves to the folder `node_modules` with aws-lambda-ric. The first call builds it, which takes some minutes. */
export function buildLambdaRuntime(): Promise<string> {
  return npmPackages({ 'aws-lambda-ric': '4.0.2' }, { scripts: true });
}

/** A function in a process of AWS's runtime client, with a Runtime API of its own. It ends at the latest after two minutes. */
export interface RuntimeProcess extends AsyncDisposable, PrintingProcess {
  readonly api: RuntimeApi;
}

export interface RuntimeOptions {
  /** The path of the Node.js to run with. */
  readonly node: string;
  /** The folder of the bundle. */
  readonly taskRoot: string;
  readonly handler?: string;
  /** The environment variables of the function. */
  readonly env: NodeJS.ProcessEnv;
}

const maxMs = 120_000;

export async function startRuntime({
  node,
  taskRoot,
  handler = 'handler.handler',
  env,
}: RuntimeOptions): Promise<RuntimeProcess> {
  const packages = await buildLambdaRuntime();
  const api = await startRuntimeApi();
  const child = spawn(node, [join(packages, 'aws-lambda-ric/index.mjs')], {
    cwd: taskRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      ...env,
      _HANDLER: handler,
      LAMBDA_TASK_ROOT: taskRoot,
      AWS_LAMBDA_RUNTIME_API: api.address,
      AWS_LAMBDA_FUNCTION_NAME: 'girder-worker-dev-dispatcher',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1769',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/girder-worker-dev-dispatcher',
      AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    },
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), maxMs);
  const printing = readPrinting(child);
  return {
    ...printing,
    api,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await printing.ended;
      clearTimeout(timer);
      await api.stop();
    },
  };
}
