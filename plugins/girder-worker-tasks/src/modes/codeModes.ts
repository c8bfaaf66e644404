import type { Settings } from '../settings.ts';
import type { RunMode } from './mode.ts';

/** The modes that execute code, or programs, that a message names. */
const codeModes: ReadonlyMap<string, () => Promise<RunMode>> = new Map([
  ['javascript', () => import('./javascript.ts').then((module) => module.runJavascript)],
  ['process', () => import('./process.ts').then((module) => module.runProcess)],
]);

/** Throws unless this worker runs tasks of a mode. */
export function assertRuns(mode: string, { runModes }: Settings): void {
  if (mode === 'workflow') return;
  if (!codeModes.has(mode)) {
    const all = ['workflow', ...codeModes.keys()].map((name) => `"${name}"`).join(', ');
    const hint = mode === 'python' ? ' A task without "mode" has the mode "python".' : '';
    throw new Error(`This worker does not run tasks of mode "${mode}". It has the modes ${all}.${hint}`);
  }
  if (runModes.has(mode)) return;
  const value = [...runModes, mode].join(',');
  throw new Error(
    `Tasks of mode "${mode}" are off, as they execute what a message says. To turn them on, the deployment sets the environment variable GIRDER_WORKER_RUN_MODES=${value}.`,
  );
}

/** Returns the function that runs tasks of a mode that executes code. Rejects as `assertRuns`. */
export async function loadCodeMode(mode: string, settings: Settings): Promise<RunMode> {
  assertRuns(mode, settings);
  return codeModes.get(mode)!();
}
