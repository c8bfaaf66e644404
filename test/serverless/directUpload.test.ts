import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDeployment } from '../support/deployment.ts';

const { default: BuildBeforePackage } = await import(
  new URL('../../infra/build-before-package.mjs', import.meta.url).href
);

class ServerlessError extends Error {
  readonly code: string;
  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

/** Runs a hook with an archive of this size. Resolves to the archive of the function. */
async function runHook(hook: string, archiveBytes: number): Promise<string | undefined> {
  using deployment = createDeployment([], { files: { '.build/dispatcher/handler.mjs': '' } });
  writeFileSync(join(deployment.root, 'package.json'), JSON.stringify({ scripts: { build: 'node --eval 0 --' } }));
  const archive = join(deployment.root, 'archive.zip');
  writeFileSync(archive, '');
  truncateSync(archive, archiveBytes);
  const dispatcher: { package?: { artifact: string } } = {};
  const plugin = new BuildBeforePackage({
    serviceDir: deployment.root,
    classes: { Error: ServerlessError },
    service: { provider: {}, getFunction: () => dispatcher, getAllFunctions: () => ['dispatcher'] },
    getProvider: () => ({ naming: { getServiceArtifactName: () => 'archive.zip' } }),
    pluginManager: { getPlugins: () => [{ zipFiles: async () => archive }] },
  });
  await (plugin.hooks as Record<string, () => Promise<unknown>>)[hook]!();
  return dispatcher.package?.artifact;
}

const limit = 50 * 1024 * 1024;
const deployFunction = 'before:deploy:function:packageFunction';

test('serverless deploy function refuses an archive beyond 50 MB before it is uploaded, and says what to do', async () => {
  await expect(runHook(deployFunction, limit + 1)).rejects.toMatchObject({
    code: 'ARCHIVE_TOO_LARGE',
    message: expect.stringMatching(
      /^The archive has 52\.4 MB, and Lambda takes more than 52\.4 MB from S3 only: run serverless deploy\./,
    ),
  });
  expect(await runHook(deployFunction, limit)).toMatch(/archive\.zip$/);
});

test('serverless deploy, which uploads by S3, takes such an archive', async () => {
  expect(await runHook('before:package:createDeploymentArtifacts', limit + 1)).toMatch(/archive\.zip$/);
});
