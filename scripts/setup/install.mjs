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
 * Installs with npm, and shows the output of npm only if it fails. Resolves to the fault (message and exit code), or to
 * undefined on success.
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
 * `npm ci` refuses an incomplete package-lock.json, even if only packages for other platforms are missing, which happens if
 * the registry in use did not have them. `npm install` accepts it.
 */
function isRefused({ code, signal, output }) {
  return code !== 0 && !signal && output.includes('EUSAGE');
}

function faultOf(command, { code, signal, output }) {
  if (signal)
    return {
      message: 'The installation was interrupted. The next run installs again.',
      exitCode: 128 + os.constants.signals[signal],
    };
  if (code === 0) return undefined;
  const reason = unreachable.exec(output)?.[1];
  const advice = reason
    ? `npm cannot reach its registry (${reason}). Check the network, or the proxy and registry in \`npm config list\`, and try again.`
    : `npm ${command} failed: its output is above.`;
  return { message: `${output.trimEnd()}\n\n${advice}` };
}

/** npm leads a process group of its own, so that a signal to this process ends npm and all its child processes. */
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
    const forward = (received) => {
      signal = received;
      if (child.exitCode !== null || child.signalCode !== null) return;
      if (onWindows) child.kill(received);
      else process.kill(-child.pid, received);
    };
    for (const name of signals) process.on(name, forward);
    child.on('error', (error) => {
      output += `npm could not be started: ${error.message}`;
    });
    child.on('close', (code) => {
      for (const name of signals) process.off(name, forward);
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

/** The npm that runs this script, with its own Node.js: the one in node_modules is removed during the installation. */
function npm() {
  const { npm_execpath: script = '', npm_node_execpath: node = '' } = process.env;
  const isNpm = /^npm-cli\.c?js$/.test(path.basename(script));
  if (isNpm && node && !node.startsWith(modules)) return { program: node, first: [script], shell: false };
  return { program: 'npm', first: [], shell: onWindows };
}
