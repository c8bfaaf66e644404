// Packs all packages and plugins that can be published: `node scripts/pack/main.mjs [folder]`, by default dist/.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '../..');
const folder = path.resolve(process.argv[2] ?? path.join(root, 'dist'));
mkdirSync(folder, { recursive: true });
const { status } = spawnSync('npm', ['pack', '--workspaces', '--pack-destination', folder], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
  shell: process.platform === 'win32',
});
process.exitCode = status ?? 1;
