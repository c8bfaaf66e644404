import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { modules } from './paths.mjs';

/** The first that runs TypeScript as it is (and 23.6, of those in between), which the commands of this checkout are. */
const oldest = [22, 18];

/** What is wrong with the Node that npm's scripts will run; undefined if nothing is. */
export function nodeFault() {
  if (runsTypeScript(process.versions.node)) return undefined; // As it is this one's PATH that the scripts get, too.
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
    : 'npm has not run the install script of the package "node", which brings one along';
  return `This needs Node.js ${oldest.join('.')} or newer: yours is ${process.versions.node}, and ${own}.
Do one of these:
  npm rebuild node --ignore-scripts=false     runs that script (package.json names it under allowScripts)
  install Node.js 24                          https://nodejs.org, or your version manager`;
}
