import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { modules } from './paths.mjs';

/** The first version that runs TypeScript sources, as the commands of this checkout need. Of version 23, it is 23.6. */
const oldest = [22, 18];

/** The fault of the Node.js that npm's scripts use; undefined if it is new enough. */
export function nodeFault() {
  if (runsTypeScript(process.versions.node)) return undefined; // The scripts have the same PATH, and so run with this version.
  const installed = versionOf(path.join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node'));
  if (installed && runsTypeScript(installed)) return undefined;
  return { message: explain(installed) };
}

export function runsTypeScript(version) {
  const [major, minor] = version.split('.').map(Number);
  if (major === 23) return minor >= 6;
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

function versionOf(program) {
  const { status, stdout } = spawnSync(program, ['-v'], { encoding: 'utf8', shell: process.platform === 'win32' });
  return status === 0 ? stdout.trim().slice(1) : undefined;
}

function explain(installed) {
  const own = installed
    ? `the one in node_modules is ${installed}`
    : 'npm has not run the install script of the package "node", which installs one in node_modules';
  return `The commands of this checkout need Node.js ${oldest.join('.')} or newer: yours is ${process.versions.node}, and ${own}.
Do one of these:
  npm rebuild node --ignore-scripts=false     runs that script (package.json names it under allowScripts)
  install Node.js 24                          https://nodejs.org, or your version manager`;
}
