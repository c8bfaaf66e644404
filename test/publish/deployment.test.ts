import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createQueue, localSqsClient } from '../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/deployment.ts';
import { type DevProcess, startDevIn } from '../support/devProcess.ts';
import { readPrinting } from '../support/printingProcess.ts';
import { installTimeout, npm, run } from './npm.ts';
import { packPackages } from './packedPackages.ts';

const pipes: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];

/** From the tarballs of this repository, in folders outside of it: nothing is linked. */
describe('a deployment made by girder-worker init', () => {
  let temporary: TemporaryFolder;
  let tarballs: ReadonlyMap<string, string>;
  let deployment: string;

  beforeAll(async () => {
    temporary = createTemporaryFolder();
    tarballs = await packPackages(path.join(temporary.root, 'packages'));
    deployment = path.join(temporary.root, 'my-deployment');
    await mkdir(deployment);
    await writeFile(path.join(deployment, 'package.json'), '{ "name": "my-deployment", "version": "1.0.0" }');
    await npm(deployment, 'install', tarballs.get('girder-worker')!);
  }, installTimeout);
  afterAll(() => temporary?.[Symbol.dispose]());

  function girderWorker(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<string> {
    return run(deployment, 'npx', ['--no-install', 'girder-worker', ...args], env);
  }

  test('starts from a project that has girder-worker alone: 45 packages and 32 MB at most, without install scripts', async () => {
    const lock = JSON.parse(await readFile(path.join(deployment, 'package-lock.json'), 'utf8'));
    const packages = Object.entries<{ hasInstallScript?: true }>(lock.packages).filter(([place]) => place !== '');
    expect(packages.length).toBeLessThanOrEqual(45);
    expect(packages.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([]);
    const used = await run(deployment, 'du', ['-s', '--block-size=1MB', 'node_modules']);
    expect(Number.parseInt(used, 10)).toBeLessThanOrEqual(32);
  });

  test('has no command dev yet, and the error names the package to install', async () => {
    await expect(girderWorker(['dev'])).rejects.toThrow(
      /girder-worker-dev, which is not installed.*npm install --save-dev/,
    );
  });

  test('gets what its package.json lacks, and an installation of it has all commands', {
    timeout: installTimeout,
  }, async () => {
    const printed = await girderWorker(['init']);
    expect(printed).toMatch(/^Wrote \d+ files of the deployment my-deployment/);
    const manifest = JSON.parse(await readFile(path.join(deployment, 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({ name: 'my-deployment', version: '1.0.0', type: 'module', private: true });
    // As npm install does once the packages are published.
    for (const name of ['girder-worker-dev', 'create-girder-worker-plugin']) {
      manifest.devDependencies[name] = `file:${tarballs.get(name)}`;
    }
    await writeFile(path.join(deployment, 'package.json'), JSON.stringify(manifest));
    await npm(deployment, 'install', tarballs.get('gwexample')!, tarballs.get('girder-worker-tasks')!);
    expect(await npm(deployment, 'run', '--silent', 'build-registry')).toContain('gwexample@0.1.0: 2 tasks\n');
  });

  test('is packaged by npx serverless package, with its own name', { timeout: installTimeout }, async () => {
    await run(deployment, 'npx', ['--no-install', 'serverless', 'package']);
    const template = await readFile(
      path.join(deployment, '.serverless/cloudformation-template-update-stack.json'),
      'utf8',
    );
    const { Resources } = JSON.parse(template);
    expect(Resources.DispatcherLambdaFunction.Properties.FunctionName).toBe('my-deployment-dev-dispatcher');
    expect(Resources).toHaveProperty('ControlLambdaFunction');
  });

  describe('with its local stack', () => {
    let dev: DevProcess;
    let cli: string;
    /** The variables that connect another process to the stack. */
    let env: NodeJS.ProcessEnv;
    beforeAll(async () => {
      cli = path.join(deployment, 'node_modules/girder-worker/lib/cli/main.js');
      dev = startDevIn(deployment, cli, ['--sqs-port', '0', '--dynamodb-port', '0']);
      await dev.printed('\nready\n');
      const [sqs = '', dynamodb = ''] = dev.endpoints();
      env = {
        ...{ AWS_ENDPOINT_URL_SQS: sqs, AWS_ENDPOINT_URL_SNS: sqs, AWS_ENDPOINT_URL_DYNAMODB: dynamodb },
        ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
      };
    }, 120_000);
    afterAll(async () => {
      dev?.child.kill('SIGINT');
      await dev?.ended;
    });

    test('runs the tasks of a plugin that was installed from its tarball', async () => {
      const printed = await girderWorker(['call', 'gwexample.analyses.tasks.fibonacci', '20'], env);
      expect(printed.trim()).toBe('6765');
    });

    test('runs them in a worker without the functions, too', async () => {
      const sqs = localSqsClient(env.AWS_ENDPOINT_URL_SQS!);
      await createQueue(sqs, { name: 'long', visibilityTimeoutSeconds: 60, maxReceiveCount: 10 });
      sqs.destroy();
      const args = ['worker', '-l', 'info', '-Q', 'long', '--no-build'];
      const options = { cwd: deployment, env: { ...process.env, ...env }, stdio: pipes };
      const worker = readPrinting(spawn(process.execPath, [cli, ...args], options));
      try {
        await worker.printed(' ready.');
        const call = ['call', '--queue', 'long', 'gwexample.analyses.tasks.fibonacci', '10'];
        expect((await girderWorker(call, env)).trim()).toBe('55');
      } finally {
        worker.child.kill('SIGTERM');
        await worker.ended;
      }
    });
  });
});
