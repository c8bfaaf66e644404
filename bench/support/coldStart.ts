import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Emulators } from '../../packages/girder-worker-dev/src/local/emulators/emulators.ts';
import { isolatedVariables, stackVariables } from '../../packages/girder-worker-dev/src/local/emulators/variables.ts';
import { table } from './function.ts';

const probe = fileURLToPath(new URL('../fixtures/coldStart.mjs', import.meta.url));

export interface ColdStartOptions {
  /** The executable of Node. @default that of this process */
  readonly node?: string;
  /** The bundled handler. */
  readonly file: string;
  readonly emulators: Emulators;
  readonly concurrency: number;
  /** The first batch. @default one task that does nothing */
  readonly batch?: { readonly task: string; readonly args: readonly unknown[]; readonly count: number };
}

/** The durations of a cold start, and its memory before and after the first batch. */
export type ColdStart = Record<'importMs' | 'firstTaskMs' | 'importedMib' | 'mib', number>;

/** Loads the function in a process of its own, and runs a first batch. */
export async function coldStart(options: ColdStartOptions): Promise<ColdStart> {
  const { node = process.execPath, file, emulators, concurrency, batch } = options;
  const env = isolatedVariables(process.env, {
    ...stackVariables(emulators, table),
    GIRDER_WORKER_DEAD_LETTER_QUEUE_URL: 'http://unused',
    GIRDER_WORKER_LOG_FORMAT: 'text',
    GIRDER_WORKER_CONCURRENCY: String(concurrency),
  });
  const first = batch ? [batch.task, JSON.stringify(batch.args), String(batch.count)] : [];
  const { stdout } = await promisify(execFile)(node, [probe, file, ...first], { env });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as ColdStart;
}
