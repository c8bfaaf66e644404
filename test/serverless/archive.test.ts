import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDeployment, type Deployment, type Package } from './deployment.ts';

describe('the archive that serverless package writes', { timeout: 120_000 }, () => {
  let deployment: Deployment;
  let packaged: Package;
  beforeAll(async () => {
    deployment = await createDeployment();
    packaged = await deployment.package();
  });
  afterAll(() => deployment.remove());

  test('is one archive for both functions, with the name of the service, which `serverless deploy` expects', () => {
    expect(packaged.archives).toEqual(['girder-worker.zip']);
  });

  test('contains the files of the bundle, and no others', async () => {
    const bundle = path.join(deployment.folder, '.build/dispatcher');
    const built = await readdir(bundle, { recursive: true, withFileTypes: true });
    const code = built
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(bundle, path.join(entry.parentPath, entry.name)));
    expect(new Set(packaged.files.keys())).toEqual(new Set(code));
    expect([...packaged.files.keys()].filter((file) => !file.startsWith('chunks/') && !file.endsWith('.map'))).toEqual([
      'control.main.mjs',
      'control.mjs',
      'deadLetters.main.mjs',
      'deadLetters.mjs',
      'handler.main.mjs',
      'handler.mjs',
      'thread.mjs',
    ]);
  });

  test('contains a handler that runs without any files outside the archive', async () => {
    // Outside the deployment, so that its node_modules are not found.
    const unpacked = path.join(deployment.folder, '..', 'unpacked');
    for (const [file, content] of packaged.files) {
      await mkdir(path.dirname(path.join(unpacked, file)), { recursive: true });
      await writeFile(path.join(unpacked, file), content);
    }
    const program = `const { handler } = await import(${JSON.stringify(pathToFileURL(path.join(unpacked, 'handler.mjs')))});
      const context = { awsRequestId: 'request', getRemainingTimeInMillis: () => 10_000 };
      console.log(JSON.stringify(await handler({ Records: [] }, context)));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: unpacked,
      env: {
        AWS_REGION: 'us-east-1',
        GIRDER_WORKER_BROKER: 'sqs://',
        GIRDER_WORKER_BACKEND: 'dynamodb://@us-east-1/celery',
        GIRDER_WORKER_DEAD_LETTER_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/000000000000/celery-dead-letters',
      },
    });
    expect(stdout).toBe('{"batchItemFailures":[]}\n');
  });

  test('contains the handler of remote control', () => {
    const text = packaged.files.get('control.mjs')?.toString() ?? '';
    expect(text).toContain('export const { handler } = main;');
  });

  test('is not written if the build fails, and the output names the failed build', async () => {
    await writeFile(path.join(deployment.folder, 'functions/dispatcher/handler.ts'), 'import "./nowhere.ts";');
    await expect(deployment.package()).rejects.toMatchObject({
      stdout: expect.stringContaining('npm run build failed (exit code 1)'),
    });
  });
});
