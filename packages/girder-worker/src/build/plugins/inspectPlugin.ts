import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Fault, Step } from './faults.ts';
import { isRecord } from './manifest.ts';
import type { FromChild, InspectionRequest, PluginInspection } from './pluginInspection.ts';

const childModule = fileURLToPath(new URL(`./pluginChild${extname(import.meta.url)}`, import.meta.url));

/** How much of what a plugin wrote is kept for its fault: the end of it, where the reason tends to be. */
const outputCharacters = 2000;

/**
 * Imports a plugin and its task modules in a process of its own, so that a plugin that exits, hangs or fails costs the
 * build a fault and not its life, and so that no plugin works only because another was imported before it.
 *
 * @param limitMs how long the plugin may take for one step, such as the import of one module
 */
export function inspectPlugin(order: InspectionRequest, limitMs: number): Promise<PluginInspection> {
  return new Promise((done) => {
    const child = fork(childModule, [], {
      cwd: order.root,
      execArgv: [...process.execArgv, '--experimental-import-meta-resolve'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const output = tailOf(child, outputCharacters);
    const { plugin } = order;
    let during: Step = { kind: 'starting' };

    const timeUp = () => settleFault({ code: 'PLUGIN_CHILD_TIMED_OUT', plugin, during, limitMs, output: output() });
    const clock = setTimeout(timeUp, limitMs);

    child.on('message', (message) => {
      if (!isFromChild(message)) return; // The plugin's own, as to a process manager.
      clock.refresh();
      if (message.kind === 'step') during = message.step;
      else settle(message.inspection);
    });
    child.on('error', (error) =>
      settleFault({ code: 'PLUGIN_CHILD_DIED', plugin, during, exit: error.message, output: output() }),
    );
    // 'close' and not 'exit': by then, all that the process wrote and sent has arrived.
    child.on('close', (code, signal) =>
      settleFault({ code: 'PLUGIN_CHILD_DIED', plugin, during, exit: signal ?? code ?? 0, output: output() }),
    );
    child.send(order);

    function settleFault(fault: Fault): void {
      settle({ tasks: [], faults: [fault], settings: order.settings, notices: [] });
    }

    function settle(inspection: PluginInspection): void {
      clearTimeout(clock);
      child.kill('SIGKILL');
      done(inspection);
    }
  });
}

function isFromChild(message: unknown): message is FromChild {
  return isRecord(message) && (message.kind === 'step' || message.kind === 'inspected');
}

/** Collects the end of what a process writes, instead of letting it into our own output. */
function tailOf({ stdout, stderr }: ChildProcess, characters: number): () => string {
  let tail = '';
  for (const stream of [stdout, stderr] as Readable[]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-characters);
    });
  }
  return () => tail;
}
