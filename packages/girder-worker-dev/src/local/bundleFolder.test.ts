import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createBundleFolder } from './bundleFolder.ts';

test('creating a bundle folder removes the bundle folders of dead processes, and no other folders', async () => {
  const root = await mkdtemp(join(tmpdir(), 'bundle-folder-'));
  const dead = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(dead, 'exit');
  for (const name of [`dev-${dead.pid}`, `dev-${process.ppid}`, 'dispatcher', 'dev-x']) {
    await mkdir(join(root, '.build', name, 'chunks'), { recursive: true });
  }

  expect(await createBundleFolder(root)).toBe(join(root, '.build', `dev-${process.pid}`));
  const left = new Set(await readdir(join(root, '.build')));
  expect(left).toEqual(new Set(['dispatcher', 'dev-x', `dev-${process.ppid}`, `dev-${process.pid}`]));
  await rm(root, { recursive: true });
});
