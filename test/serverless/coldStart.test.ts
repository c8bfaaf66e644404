import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bundleFunctions } from '../../packages/girder-worker-dev/src/build/bundle/bundle.ts';
import { createTemporaryFolder } from '../support/deployment.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('a cold start loads less than 360 KB for the dispatcher, 361 KB for dead letters, 92 KB for a thread and 281 KB for remote control', async () => {
  using folder = createTemporaryFolder();
  const { entries } = await bundleFunctions({ root, outDir: folder.root });
  const bytes = Object.fromEntries(entries.map(({ file, eagerBytes }) => [file, eagerBytes]));
  expect(bytes['handler.mjs']).toBeLessThan(360_000);
  expect(bytes['deadLetters.mjs']).toBeLessThan(361_000);
  expect(bytes['thread.mjs']).toBeLessThan(92_000);
  expect(bytes['control.mjs']).toBeLessThan(281_000);
});

test('a cold start does not load the code of metrics, which is in the bundle', async () => {
  using folder = createTemporaryFolder();
  await bundleFunctions({ root, outDir: folder.root });
  const loaded = new Set<string>();
  const load = (file: string): void => {
    if (loaded.has(file)) return;
    loaded.add(file);
    const code = readFileSync(file, 'utf8');
    for (const [, path] of code.matchAll(/\b(?:from|import)\s*"(\.[^"]+)"/g)) load(join(file, '..', path!));
  };
  load(join(folder.root, 'handler.main.mjs'));
  const withMetrics = (files: readonly string[]) =>
    files.filter((file) => readFileSync(file, 'utf8').includes('POWERTOOLS_METRICS_NAMESPACE'));
  const chunks = globSync('chunks/*.mjs', { cwd: folder.root }).map((file) => join(folder.root, file));
  expect(loaded.size).toBeGreaterThan(10);
  expect(withMetrics(chunks)).toHaveLength(2);
  expect(withMetrics([...loaded])).toEqual([]);
});
