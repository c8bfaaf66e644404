import { execFile } from 'node:child_process';
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createDeployment } from '../serverless/deployment.ts';
import { type Emulator, region } from './emulator.ts';
import type { Target } from './target.ts';

const plugins = fileURLToPath(new URL('../fixtures/plugins', import.meta.url));
/** Emulators run the functions on this machine, which may not be that of the default. */
const architecture = `architecture=${process.arch === 'arm64' ? 'arm64' : 'x86_64'}`;
const maxBuffer = 16 * 1024 * 1024;

/** A copy of this repository's deployment, which the command `serverless` deploys to an emulator. */
export interface ServerlessStack extends Target {
  /** Runs `npx serverless` with these arguments, as a user does. Resolves to its output; rejects with it if it fails. */
  serverless(...args: string[]): Promise<string>;
  /** Runs `npx girder-worker` with these arguments, as `serverless`, with the environment variables of clients. */
  girderWorker(...args: string[]): Promise<string>;
  /** Adds a plugin of `test/fixtures/plugins`. The next `serverless deploy` deploys it. */
  addPlugin(name: string): void;
  remove(): Promise<void>;
}

/** Creates it with these plugins besides those of this repository. Does not deploy it. */
export async function createServerlessStack(emulator: Emulator, names: readonly string[]): Promise<ServerlessStack> {
  const deployment = await createDeployment();
  const { folder } = deployment;
  const env = {
    PATH: process.env.PATH,
    HOME: path.dirname(folder), // Without AWS profiles and npm settings.
    npm_config_update_notifier: 'false',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL: emulator.endpoint,
  };
  for (const name of names) addPlugin(folder, name);
  const envOfClients = {
    ...env,
    GIRDER_WORKER_BROKER: 'sqs://',
    GIRDER_WORKER_BACKEND: `dynamodb://@${region}/celery`,
  };
  const run = async (command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> => {
    const options = { cwd: folder, env, maxBuffer };
    const { stdout, stderr } = await promisify(execFile)('npx', [command, ...args], options).catch((error) => {
      throw new Error(`${command} ${args.join(' ')} failed:\n${error.stdout}\n${error.stderr}\n${emulator.log()}`);
    });
    return `${stdout}${stderr}`;
  };
  return {
    env: envOfClients,
    sqsEndpoint: emulator.endpoint,
    dynamodbEndpoint: emulator.endpoint,
    log: () => emulator.log(),
    addPlugin: (name) => addPlugin(folder, name),
    serverless: (...args) => run('serverless', [...args, '--param', architecture], env),
    girderWorker: (...args) => run('girder-worker', args, envOfClients),
    remove: () => deployment.remove(),
  };
}

/** Adds a plugin of `test/fixtures/plugins` to a deployment. */
export function addPlugin(folder: string, name: string): void {
  const plugin = path.join(folder, 'workspaces', name); // Node.js does not run TypeScript below node_modules.
  cpSync(path.join(plugins, name), plugin, { recursive: true });
  symlinkSync(plugin, path.join(folder, 'node_modules', name), 'dir');
  const manifestFile = path.join(folder, 'package.json');
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));
  manifest.dependencies[name] = '*';
  writeFileSync(manifestFile, JSON.stringify(manifest));
}
