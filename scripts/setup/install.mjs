import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { lockfile, modules, root } from './paths.mjs';
import { showProgress } from './progress.mjs';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const onWindows = process.platform === 'win32';
const always = ['--include=dev', '--no-audit', '--no-fund', '--no-progress'];
const unreachable =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)\b/;

/**
 * Installs with npm, showing its output only if it fails. Resolves to what went wrong; to undefined if nothing did.
 *
 * @param onStarted called with the pid of npm
 */
export async function install(onStarted) {
  if (!existsSync(lockfile)) return faultOf('install', await runNpm(['install'], onStarted));
  const exact = await runNpm(['ci'], onStarted);
  if (!isRefused(exact)) return faultOf('ci', exact);
  return faultOf('install', await runNpm(['install', '--no-save'], onStarted));
}

/**
 * `npm ci` refuses a package-lock.json that lacks anything, be it packages for other platforms that the registry did not
 * have where it was written. `npm install` takes from it what is there.
 */
function isRefused({ code, signal, output }) {
  return code !== 0 && !signal && output.includes('EUSAGE');
}

function faultOf(command, { code, signal, output }) {
  if (signal) return { message: 'The next run installs again.', exitCode: 128 + os.constants.signals[signal] };
  if (code === 0) return undefined;
  const reason = unreachable.exec(output)?.[1];
  const advice = reason
    ? `npm cannot reach its registry (${reason}). Check the network, or the proxy and registry in \`npm config list\`, and try again.`
    : `npm ${command} failed, see above.`;
  return { message: `${output.trimEnd()}\n\n${advice}` };
}

/** npm leads a process group of its own, so that a signal to this process alone ends npm and all that it has started. */
function runNpm(command, onStarted) {
  return new Promise((resolve) => {
    const { program, first, shell } = npm();
    const endProgress = showProgress(`Installing the dependencies (npm ${command.join(' ')})`);
    const child = spawn(program, [...first, ...command, ...always], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell,
      detached: !onWindows,
    });
    if (child.pid !== undefined) onStarted(child.pid);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    let signal;
    const passOn = (received) => {
      signal = received;
      if (child.exitCode !== null || child.signalCode !== null) return;
      if (onWindows) child.kill(received);
      else process.kill(-child.pid, received);
    };
    for (const name of signals) process.on(name, passOn);
    child.on('error', (error) => {
      output += `npm could not be started: ${error.message}`;
    });
    child.on('close', (code) => {
      for (const name of signals) process.off(name, passOn);
      const end = { code, signal, output };
      endProgress(wordFor(end));
      resolve(end);
    });
  });
}

function wordFor(end) {
  if (end.signal) return 'interrupted';
  if (isRefused(end)) return 'refused';
  return end.code === 0 ? 'done' : 'failed';
}

/** The npm that runs this, with its own Node: the one in node_modules goes away in the middle of it. */
function npm() {
  const { npm_execpath: script = '', npm_node_execpath: node = '' } = process.env;
  const isNpm = /^npm-cli\.c?js$/.test(path.basename(script));
  if (isNpm && node && !node.startsWith(modules)) return { program: node, first: [script], shell: false };
  return { program: 'npm', first: [], shell: onWindows };
}
