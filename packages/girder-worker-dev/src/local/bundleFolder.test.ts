import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { createBundleFolder } from './bundleFolder.ts';

test('creating a bundle folder removes the bundle folders of dead processes, and no other folders', async () => {
  const temporary = await realpath(await mkdtemp(join(tmpdir(), 'bundle-folder-')));
  const dead = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(dead, 'exit');
  const kept = [`girder-worker-dev-${process.ppid}-a1`, 'girder-worker-dev-x', 'girder-worker-x', 'other'];
  for (const name of [`girder-worker-dev-${dead.pid}-b2`, ...kept]) {
    await mkdir(join(temporary, name, 'chunks'), { recursive: true });
  }

  const folder = await createBundleFolder(temporary);
  expect(dirname(folder)).toBe(temporary);
  expect(basename(folder)).toMatch(new RegExp(`^girder-worker-dev-${process.pid}-`));
  expect(new Set(await readdir(temporary))).toEqual(new Set([...kept, basename(folder)]));
  await rm(temporary, { recursive: true });
});

test('a bundle folder finds no packages in the folders above it', async () => {
  const folder = await createBundleFolder();
  const above: string[] = [];
  for (let parent = folder; parent !== dirname(parent); parent = dirname(parent))
    above.push(...(await readdir(parent)));
  expect(above).not.toContain('node_modules');
  await rm(folder, { recursive: true });
});
