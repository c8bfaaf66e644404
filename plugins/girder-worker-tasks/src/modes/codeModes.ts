import type { Settings } from '../settings.ts';
import type { RunMode } from './mode.ts';

/** The modes that execute code, or programs, that a message names. */
const codeModes = ['javascript', 'process'] as const;

/** Throws unless this worker runs tasks of a mode. */
export function assertRuns(mode: string, { runModes }: Settings): void {
  if (mode === 'workflow') return;
  if (!codeModes.some((name) => name === mode)) {
    const all = ['workflow', ...codeModes].map((name) => `"${name}"`).join(', ');
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
  const { runners } = await import('./runners.ts');
  return runners[mode as (typeof codeModes)[number]];
}
