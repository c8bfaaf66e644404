import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { packageNames } from '../support/nativeTasks.ts';
import { readZip } from './readZip.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const serverless = path.join(root, 'node_modules/osls/bin/serverless.js');
const noNetwork = path.join(root, 'test/fixtures/serverless/no-network.cjs');

export interface Resource {
  readonly Type: string;
  readonly DependsOn?: readonly string[];
  readonly Properties: Record<string, unknown>;
}

/** The output of `serverless package`. */
export interface Package {
  /** The resources of the CloudFormation template by logical name. */
  readonly resources: Readonly<Record<string, Resource>>;
  /** The whole CloudFormation template, as JSON. */
  readonly template: string;
  /** The file names of all archives. */
  readonly archives: readonly string[];
  /** The contents of the files in the archive of the functions, by path. */
  readonly files: ReadonlyMap<string, Buffer>;
}

export interface Deployment {
  readonly folder: string;
  /** Runs `serverless package` with these options; rejects with its output (`stdout`) if it fails. */
  package(...options: string[]): Promise<Package>;
  /** The network accesses that packaging has attempted so far, one per line. */
  networkAttempts(): Promise<string>;
  remove(): Promise<void>;
}

export interface DeploymentOptions {
  /** Names of plugins in addition to those of this repository. */
  readonly plugins?: readonly string[];
  /** Adds their packages to the deployment in this folder. */
  readonly install?: (folder: string) => Promise<void>;
}

/** Creates a separate deployment of the same sources: packaging builds, and other tests use the build in this checkout. */
export async function createDeployment({ plugins = [], install }: DeploymentOptions = {}): Promise<Deployment> {
  const temporary = await mkdtemp(path.join(tmpdir(), 'girder-worker-serverless-'));
  const folder = path.join(temporary, 'deployment');
  const attempts = path.join(temporary, 'network-attempts');
  await mkdir(folder);
  await writeFile(attempts, '');
  for (const copied of ['package.json', 'serverless.yml', 'infra', 'functions']) {
    await cp(path.join(root, copied), path.join(folder, copied), { recursive: true });
  }
  const packages = packageNames(path.join(root, 'node_modules')).map((name) => `node_modules/${name}`);
  for (const linked of ['packages', 'plugins', 'node_modules/.bin', ...packages]) {
    await mkdir(path.dirname(path.join(folder, linked)), { recursive: true });
    await symlink(path.join(root, linked), path.join(folder, linked));
  }
  const manifestFile = path.join(folder, 'package.json');
  const manifest = JSON.parse(await readFile(manifestFile, 'utf8'));
  for (const plugin of plugins) manifest.dependencies[plugin] = '*';
  await writeFile(manifestFile, JSON.stringify(manifest));
  await install?.(folder);
  // An empty set-up: the dependencies are those of this checkout, and must not be installed through the link.
  await mkdir(path.join(folder, 'scripts'));
  await writeFile(path.join(folder, 'scripts/setup.mjs'), '');
  const env = {
    PATH: process.env.PATH,
    HOME: temporary, // Without AWS profiles and npm settings.
    NODE_OPTIONS: `--require=${noNetwork}`,
    NETWORK_ATTEMPTS: attempts,
    npm_config_update_notifier: 'false', // npm would access the network itself.
  };

  return {
    folder,
    async package(...options) {
      const target = await mkdtemp(path.join(temporary, 'package-'));
      const packaging = [serverless, 'package', '--package', target, ...options];
      await promisify(execFile)(process.execPath, packaging, { cwd: folder, env });
      const template = await readFile(path.join(target, 'cloudformation-template-update-stack.json'), 'utf8');
      const files = readZip(await readFile(path.join(target, 'girder-worker.zip')));
      const archives = (await readdir(target)).filter((file) => file.endsWith('.zip'));
      return { resources: JSON.parse(template).Resources, template, archives, files };
    },
    networkAttempts: () => readFile(attempts, 'utf8'),
    remove: () => rm(temporary, { recursive: true, force: true }),
  };
}
