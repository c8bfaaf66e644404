import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createTemporaryFolder } from '../../../../../test/support/deployment.ts';
import { createTaskDeployment, elfAddon } from '../../../../../test/support/taskDeployment.ts';
import { bundleFunctions } from './bundle.ts';
import { compressedSize } from './compressedSize.ts';

/** Text that does not become smaller, without quotes. */
const text = (length: number) => Array.from({ length }, (_, index) => ((index * 7919) % 36).toString(36)).join('');

test('the share of a plugin is what its tasks load: its chunks, the packages that they import with their dependencies, and its files', async () => {
  using deployment = createTaskDeployment({
    tasks: `
      import lib from 'lib';
      import { helper } from './helper.ts';
      export const task = () => [lib, helper, '${text(20_000)}'];
      export const rare = async () => (await import('./rare.ts')).rare;`,
    manifest: { girder_worker: { files: ['data/model.bin'] } },
    files: {
      // A thread starts with the library: what tasks use of it is not loaded for them.
      'functions/dispatcher/thread.ts': `
        import { serveRegistry } from 'girder-worker/lambda/thread';
        import { registry } from './registry.generated.ts';
        serveRegistry(registry);`,
      'plugin/src/helper.ts': `export const helper = '${text(5000)}';`,
      'plugin/src/rare.ts': `export const rare = '${text(50_000)}';`,
      'plugin/data/model.bin': text(30_000),
      'node_modules/lib/package.json': '{"name":"lib","version":"1.0.0","dependencies":{"needed":"1"}}',
      'node_modules/lib/index.js': `module.exports = require('needed');`,
      'node_modules/lib/lib.node': elfAddon(62, text(40_000)),
      'node_modules/needed/package.json': '{"name":"needed","version":"1.0.0"}',
      'node_modules/needed/index.js': `module.exports = '${text(60_000)}';`,
      'node_modules/unused/package.json': '{"name":"unused","version":"1.0.0"}',
      'node_modules/unused/index.js': `module.exports = '${text(70_000)}';`,
    },
  });
  using bundle = createTemporaryFolder();
  const { shares, unpackedBytes } = await bundleFunctions({ root: deployment.root, outDir: bundle.root });
  expect(shares).toEqual([{ plugin: 'plugin@1.0.0', codeBytes: expect.any(Number), copiedBytes: expect.any(Number) }]);
  const [{ codeBytes, copiedBytes } = { codeBytes: 0, copiedBytes: 0 }] = shares;
  expect(codeBytes).toBeGreaterThan(25_000);
  expect(codeBytes).toBeLessThan(30_000); // Without the module that a task imports when it needs it.
  expect(copiedBytes).toBeGreaterThan(130_000);
  expect(copiedBytes).toBeLessThan(135_000);

  const files = readdirSync(bundle.root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const sizes = files.map((entry) => readFileSync(join(entry.parentPath, entry.name)).length);
  expect(unpackedBytes).toBe(sizes.reduce((sum, size) => sum + size, 0));
  expect(await compressedSize(bundle.root)).toBeLessThan(unpackedBytes);
});
