import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ControlDeps } from '../control/deps.ts';
import type { Registry } from '../registry/registry.ts';

/** What the commands that look at queue and table take, beside their own options. */
export interface ConnectOptions {
  /** Celery's name of the queue. */
  readonly queue?: string;
  readonly json?: true;
  /** Folder of the deployment, whose registry tells what is deployed. */
  readonly root?: string;
}

export const queueOption = ['--queue <name>', 'the Celery queue (default: celery)'] as const;
export const jsonOption = ['--json', 'print JSON, for programs'] as const;

/** The queue and the table that the environment names; loaded only here, as most commands need neither. */
export async function connectFromCli({ queue, root }: ConnectOptions): Promise<ControlDeps> {
  const { connectControl: connectControlParts } = await import('../control/connect.ts');
  const parts = connectControlParts(process.env, {
    registry: root === undefined ? undefined : await readRegistry(root),
    warn: (text) => process.stderr.write(`${text}\n`),
  });
  return queue === undefined ? parts : { ...parts, queueNames: [queue] };
}

/** The registry of the deployment in a folder. */
export async function readRegistry(root: string): Promise<Registry> {
  const { registryFile } = await import('../build/registry/registryFile.ts');
  const file = resolve(root, registryFile);
  if (!existsSync(file))
    throw new Error(`There is no registry ${file}: run this in the folder of the deployment, or name it with --root.`);
  const { registry } = (await import(pathToFileURL(file).href)) as { registry: Registry };
  return registry;
}

/** The queues that a command is about, of which there is at least one. */
export function firstQueue({ queueNames }: ControlDeps): string {
  return queueNames[0] ?? 'celery';
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Prints any value as JSON; a Map as an object. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, (_, item: unknown) => (item instanceof Map ? Object.fromEntries(item) : item), 2));
}

/** Prints rows in columns that are as wide as they need to be; the last one ends where it ends. */
export function printColumns(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows)
    print(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
}

/** `1 task`, `2 tasks`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
