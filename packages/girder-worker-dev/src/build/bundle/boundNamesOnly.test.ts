import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createTemporaryFolder } from '../../../../../test/support/deployment.ts';
import { bundleFunctions } from './bundle.ts';

const root = fileURLToPath(new URL('../../../../..', import.meta.url));

test('the bundles of the functions refuse the name of a task that they do not bind, and contain no code that derives names', async () => {
  using folder = createTemporaryFolder();
  await bundleFunctions({ root, outDir: folder.root });
  const files = globSync('**/*.mjs', { cwd: folder.root });
  const text = files.map((file) => readFileSync(join(folder.root, file), 'utf8')).join('\n');
  expect(text).toContain('it is not in the registry of this function');
  expect(text).not.toContain('belongs to no plugin');
});
