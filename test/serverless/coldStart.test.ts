import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bundleFunctions } from '../../packages/girder-worker-dev/src/build/bundle/bundle.ts';
import { createTemporaryFolder } from '../support/deployment.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('a cold start loads less than 356 KB for the dispatcher, 357 KB for dead letters, 90 KB for a thread and 279 KB for remote control', async () => {
  using folder = createTemporaryFolder();
  const { entries } = await bundleFunctions({ root, outDir: folder.root });
  const bytes = Object.fromEntries(entries.map(({ file, eagerBytes }) => [file, eagerBytes]));
  expect(bytes['handler.mjs']).toBeLessThan(356_000);
  expect(bytes['deadLetters.mjs']).toBeLessThan(357_000);
  expect(bytes['thread.mjs']).toBeLessThan(90_000);
  expect(bytes['control.mjs']).toBeLessThan(279_000);
});
