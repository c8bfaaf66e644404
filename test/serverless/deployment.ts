import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readZip } from './readZip.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const serverless = path.join(root, 'node_modules/osls/bin/serverless.js');
const noNetwork = path.join(root, 'test/fixtures/serverless/no-network.cjs');

export interface Resource {
  readonly Type: string;
  readonly DependsOn?: readonly string[];
  readonly Properties: Record<string, unknown>;
}

/** What `serverless package` wrote. */
export interface Package {
  /** Of the CloudFormation template, by their logical names. */
  readonly resources: Readonly<Record<string, Resource>>;
  /** The names of all archives. */
  readonly archives: readonly string[];
  /** Of the functions' archive, by their paths in it. */
  readonly files: ReadonlyMap<string, Buffer>;
}

export interface Deployment {
  readonly folder: string;
  /** Runs `serverless package` with these options; rejects with its output (`stdout`) if it fails. */
  package(...options: string[]): Promise<Package>;
  /** What the packaging tried to reach so far: one line each. */
  networkAttempts(): Promise<string>;
  remove(): Promise<void>;
}

/** Another deployment of the same sources: packaging builds, and what is built in this one other tests use. */
export async function createDeployment(): Promise<Deployment> {
  const temporary = await mkdtemp(path.join(tmpdir(), 'girder-worker-serverless-'));
  const folder = path.join(temporary, 'deployment');
  const attempts = path.join(temporary, 'network-attempts');
  await mkdir(folder);
  await writeFile(attempts, '');
  for (const copied of ['package.json', 'serverless.yml', 'infra', 'functions']) {
    await cp(path.join(root, copied), path.join(folder, copied), { recursive: true });
  }
  for (const linked of ['node_modules', 'packages', 'plugins']) {
    await symlink(path.join(root, linked), path.join(folder, linked));
  }
  // It is set up already: with the dependencies of this checkout, which must not be installed through the link.
  await mkdir(path.join(folder, 'scripts'));
  await writeFile(path.join(folder, 'scripts/setup.mjs'), '');
  const env = {
    PATH: process.env.PATH,
    HOME: temporary, // Nothing is configured: no AWS profile, no npm settings.
    NODE_OPTIONS: `--require=${noNetwork}`,
    NETWORK_ATTEMPTS: attempts,
    npm_config_update_notifier: 'false', // npm's own, and not a part of packaging.
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
      return { resources: JSON.parse(template).Resources, archives, files };
    },
    networkAttempts: () => readFile(attempts, 'utf8'),
    remove: () => rm(temporary, { recursive: true, force: true }),
  };
}
