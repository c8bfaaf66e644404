import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { nodeSystem } from 'girder-worker/internal/system';
import type { Fault, Step } from './faults.ts';
import { isRecord } from './manifest.ts';
import { pluginEnvironment } from './pluginEnvironment.ts';
import type { ChildMessage, InspectionRequest, NoncedRequest, PluginInspection } from './pluginInspection.ts';

const childModule = fileURLToPath(new URL(`./pluginChild${extname(import.meta.url)}`, import.meta.url));

/** How many characters of the end of the plugin's output a fault quotes. The reason is usually there. */
const maxOutputCharacters = 2000;

/**
 * Imports a plugin and its task modules in a separate process: a plugin that exits, hangs or fails results in a fault and
 * does not end the build, and no plugin depends on what another one has imported.
 *
 * @param limitMs the longest time in ms for one step, such as the import of one module
 */
export function inspectPlugin(request: InspectionRequest, limitMs: number): Promise<PluginInspection> {
  return new Promise((resolve) => {
    const child = fork(childModule, [], {
      cwd: request.root,
      env: pluginEnvironment(process.env),
      execArgv: [...process.execArgv, '--experimental-import-meta-resolve'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const output = tailOf(child, maxOutputCharacters);
    const { plugin } = request;
    const nonce = nodeSystem.randomUUID();
    let during: Step = { kind: 'starting' };

    const startStepTimer = () =>
      nodeSystem.startTimer(
        () => finishWithFault({ code: 'PLUGIN_CHILD_TIMED_OUT', plugin, during, limitMs, output: output() }),
        limitMs,
      );
    let cancelStepTimer = startStepTimer();

    child.on('message', (message) => {
      if (!isChildMessage(message, nonce)) return; // A message of the plugin itself, as to a process manager.
      cancelStepTimer();
      if (message.kind === 'inspected') return finish(message.inspection);
      during = message.step;
      cancelStepTimer = startStepTimer();
    });
    child.on('error', (error) =>
      finishWithFault({ code: 'PLUGIN_CHILD_DIED', plugin, during, exit: error.message, output: output() }),
    );
    // Not 'exit': only at 'close' have all output and messages of the process arrived.
    child.on('close', (code, signal) =>
      finishWithFault({ code: 'PLUGIN_CHILD_DIED', plugin, during, exit: signal ?? code ?? 0, output: output() }),
    );
    child.send({ ...request, nonce } satisfies NoncedRequest);

    function finishWithFault(fault: Fault): void {
      finish({ tasks: [], middleware: [], faults: [fault], settings: request.settings, notices: [] });
    }

    function finish(inspection: PluginInspection): void {
      cancelStepTimer();
      child.kill('SIGKILL');
      // The process says what it exports, and not who owns it.
      resolve({ ...inspection, tasks: inspection.tasks.map((task) => ({ ...task, plugin })) });
    }
  });
}

/** The code of the plugin runs in the same process, and could answer in its place: it does not know the nonce. */
function isChildMessage(message: unknown, nonce: string): message is ChildMessage {
  return isRecord(message) && message.nonce === nonce && (message.kind === 'step' || message.kind === 'inspected');
}

/** Collects the end of the output of a process. Returns the function that reads it. */
function tailOf({ stdout, stderr }: ChildProcess, characters: number): () => string {
  let tail = '';
  for (const stream of [stdout, stderr] as Readable[]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-characters);
    });
  }
  return () => tail;
}
