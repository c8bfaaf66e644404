import { loadConnections } from '../../connections/connections.ts';
import type { ControlDeps } from '../../control/deps.ts';
import { notEmpty } from './arguments.ts';
import { processOutput } from './output.ts';
import { readRegistry } from './registry.ts';

/** The options that the commands which read queue and table have in common. */
export interface ConnectOptions {
  /** The Celery name of the queue. */
  readonly queue?: string;
  readonly json?: true;
  /** The folder of the deployment, whose registry lists the deployed tasks. */
  readonly root?: string;
}

export const queueOption = [
  '--queue <name>',
  'Celery queue (default: $GIRDER_WORKER_QUEUES, or celery)',
  notEmpty,
] as const;
export const jsonOption = ['--json', 'print JSON instead of text'] as const;

/** Connects to the queue and the table that the environment names. Imports dynamically, because most commands need neither. */
export async function connectFromCli({ queue, root }: ConnectOptions): Promise<ControlDeps> {
  const { connectControl } = await import('../../control/connectControl.ts');
  const deps = connectControl(loadConnections(process.env), {
    registry: root === undefined ? undefined : await readRegistry(root),
    warn: (text) => processOutput.writeErr(`${text}\n`),
  });
  return queue === undefined ? deps : { ...deps, queueNames: [queue] };
}

/** The queue of a command that handles only one. */
export function firstQueue({ queueNames }: ControlDeps): string {
  return queueNames[0] ?? 'celery';
}
