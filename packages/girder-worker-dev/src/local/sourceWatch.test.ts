import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTemporaryFolder, type TemporaryFolder } from '../../../../test/support/deployment.ts';
import { createSourceWatch, type SourceWatch } from './sourceWatch.ts';

let folder: TemporaryFolder;
let changes: (readonly string[])[];
let sources: SourceWatch;
let file: string;
let other: string;

beforeEach(() => {
  folder = createTemporaryFolder();
  changes = [];
  sources = createSourceWatch((changed) => changes.push(changed));
  file = join(folder.root, 'tasks.ts');
  other = join(folder.root, 'other.ts');
  writeFileSync(file, 'one');
  writeFileSync(other, 'one');
});
afterEach(() => {
  sources.stop();
  folder[Symbol.dispose]();
});

test.each<[what: string, change: () => void]>([
  ['written', () => writeFileSync(file, 'two')],
  [
    'replaced by another file, as editors do',
    () => {
      writeFileSync(`${file}.new`, 'two');
      renameSync(`${file}.new`, file);
    },
  ],
  ['removed', () => rmSync(file)],
])('a file that is %s has changed', async (_, change) => {
  sources.watch([file, other]);
  change();
  await expect.poll(() => changes).toEqual([[file]]);
});

test('a file that is written with the same content, and a file that is not watched, have not changed', async () => {
  sources.watch([file]);
  writeFileSync(file, 'one');
  writeFileSync(other, 'two');
  writeFileSync(file, 'two');
  await expect.poll(() => changes).toEqual([[file]]);
});

test('what changes while a change is handled is found afterwards', async () => {
  sources.watch([file, other]);
  writeFileSync(file, 'two');
  await expect.poll(() => changes).toHaveLength(1);
  writeFileSync(other, 'two');
  sources.watch([file, other]);
  await expect.poll(() => changes).toEqual([[file], [other]]);
});
