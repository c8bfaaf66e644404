import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder } from '../../test/support/cacheFolder.ts';

const manifestFolder = fileURLToPath(new URL('../bullmq/', import.meta.url));
const files = ['package.json', 'package-lock.json'];
const timeToInstallMs = 300_000;

export interface Job {
  readonly name: string;
  readonly data: unknown;
}

export type Processor = (job: Job) => Promise<unknown>;

export interface Queue {
  addBulk(jobs: readonly Job[]): Promise<unknown>;
  /** Removes at most `limit` jobs that ended more than `graceMs` ago. */
  clean(graceMs: number, limit: number, state: 'completed'): Promise<readonly string[]>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  close(): Promise<void>;
}

export interface Worker {
  on<Event extends keyof WorkerEvents>(event: Event, listener: WorkerEvents[Event]): this;
  off<Event extends keyof WorkerEvents>(event: Event, listener: WorkerEvents[Event]): this;
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
}

interface WorkerEvents {
  readonly completed: (job: Job, result: unknown) => void;
  readonly failed: (job: Job | undefined, error: Error) => void;
  readonly error: (error: Error) => void;
}

interface WorkerOptions {
  readonly connection: Connection;
  readonly concurrency: number;
  readonly useWorkerThreads: boolean;
}

interface Connection {
  readonly host: string;
  readonly port: number;
}

/** The part of BullMQ's API that the benchmark uses. BullMQ's own types are not installed when this file is type-checked. */
export interface Bullmq {
  readonly Queue: new (name: string, options: { readonly connection: Connection }) => Queue;
  readonly Worker: new (name: string, processor: Processor | URL, options: WorkerOptions) => Worker;
}

/** Resolves to the versions of BullMQ and of its Redis client. */
export async function bullmqVersions(): Promise<Readonly<Record<'bullmq' | 'ioredis', string>>> {
  return JSON.parse(await readFile(path.join(manifestFolder, 'package.json'), 'utf8')).dependencies;
}

/**
 * Loads BullMQ, with all versions as in bench/bullmq/package-lock.json. The first call installs it with npm, outside the
 * repository, and needs npm's registry. Rejects with an Error with npm's output if npm fails.
 */
export async function loadBullmq(): Promise<Bullmq> {
  const folder = await install();
  return createRequire(path.join(folder, 'package.json'))('bullmq');
}

/** Resolves to the folder whose node_modules contain BullMQ: from the cache, or installed by npm. */
async function install(): Promise<string> {
  const lock = await readFile(path.join(manifestFolder, 'package-lock.json'));
  const digest = createHash('sha256').update(lock).digest('hex').slice(0, 12);
  const folder = path.join(cacheFolder(), `bullmq-${(await bullmqVersions()).bullmq}-${digest}`);
  if (existsSync(folder)) return folder;
  await mkdir(cacheFolder(), { recursive: true });
  // Only a complete installation gets the name of the folder: that of the first process if there are several.
  const draft = await mkdtemp(`${folder}-`);
  try {
    for (const file of files) await copyFile(path.join(manifestFolder, file), path.join(draft, file));
    // Not `npm ci`, which refuses a lock file without the optional packages for other platforms. With --prefix, because an outer
    // `npm run` sets its own folder in the environment.
    const npmArguments = [
      'install',
      '--prefix',
      draft,
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ];
    await promisify(execFile)('npm', npmArguments, { cwd: draft, timeout: timeToInstallMs });
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}
