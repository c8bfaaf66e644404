import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bundleFunctions } from '../../packages/girder-worker-dev/src/build/bundle/bundle.ts';
import { createTemporaryFolder } from '../support/deployment.ts';
import { bundledPackages as packages } from './bundledPackages.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('the functions contain code of the listed 21 packages of npm, and of no others', async () => {
  using folder = createTemporaryFolder();
  await bundleFunctions({ root, outDir: folder.root });
  const maps = globSync('**/*.map', { cwd: folder.root }).map((file) => readFileSync(join(folder.root, file), 'utf8'));
  expect(packages).toHaveLength(21);
  expect(maps.length).toBeGreaterThan(10);
  expect(packagesOf(maps.flatMap((map) => (JSON.parse(map) as { readonly sources: string[] }).sources))).toEqual(
    packages,
  );
});

/** The packages of modules, by the names of their folders below `node_modules`. */
function packagesOf(modules: readonly string[]): readonly string[] {
  const names = modules.flatMap((module) => {
    const [, ...inside] = module.split('node_modules/');
    return inside.length === 0 ? [] : [/^(?:@[^/]+\/)?[^/]+/.exec(inside.at(-1)!)![0]];
  });
  return [...new Set(names)].sort((one, other) => (one < other ? -1 : 1));
}
