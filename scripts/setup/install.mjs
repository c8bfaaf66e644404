import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { lockfile, modules, root } from './paths.mjs';
import { showProgress } from './progress.mjs';

const unreachable =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)\b/;

/**
 * Installs with npm, showing its output only if it fails. Resolves to what went wrong; to undefined if nothing did.
 *
 * @param onStarted called with the pid of npm
 */
export async function install(onStarted) {
  const command = existsSync(lockfile) ? 'ci' : 'install';
  const endProgress = showProgress(`Installing the dependencies (npm ${command})`);
  const { code, signal, output } = await runNpm(
    [command, '--include=dev', '--no-audit', '--no-fund', '--no-progress'],
    onStarted,
  );
  if (signal) {
    endProgress('interrupted');
    return { message: 'The next run installs again.', exitCode: 128 + os.constants.signals[signal] };
  }
  endProgress(code === 0 ? 'done' : 'failed');
  if (code === 0) return undefined;

  const reason = unreachable.exec(output)?.[1];
  const advice = reason
    ? `npm cannot reach its registry (${reason}). Check the network, or the proxy and registry in \`npm config list\`, and try again.`
    : `npm ${command} failed, see above.`;
  return { message: `${output.trimEnd()}\n\n${advice}` };
}

/** A signal to this process alone ends npm, too. */
function runNpm(npmArguments, onStarted) {
  return new Promise((resolve) => {
    const { program, first, shell } = npm();
    const child = spawn(program, [...first, ...npmArguments], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], shell });
    if (child.pid !== undefined) onStarted(child.pid);
    let output = '';
    let signal;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    const passOn = (received) => {
      signal = received;
      child.kill(received);
    };
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, passOn);
    child.on('error', (error) => resolve({ code: 1, output: `npm could not be started: ${error.message}` }));
    child.on('close', (code) => resolve({ code: signal ? undefined : code, signal, output }));
  });
}

/** The npm that runs this, with its own Node: the one in node_modules goes away in the middle of it. */
function npm() {
  const { npm_execpath: script = '', npm_node_execpath: node = '' } = process.env;
  const isNpm = /^npm-cli\.c?js$/.test(path.basename(script));
  if (isNpm && node && !node.startsWith(modules)) return { program: node, first: [script], shell: false };
  return { program: 'npm', first: [], shell: process.platform === 'win32' };
}
