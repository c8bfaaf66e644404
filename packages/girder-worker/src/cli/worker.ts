import { existsSync, readFileSync } from 'node:fs';
import { arch, availableParallelism, release, type } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { app } from '../app.ts';
import type { Registry } from '../registry/registry.ts';
import { renderBanner } from './banner.ts';
import { updateRegistry } from './buildRegistry.ts';
import { print, readRegistry } from './connect.ts';
import { fromLevel, type LogLevelName, logLevel, shows } from './logLevel.ts';
import { listenForShutdown } from './shutdownSignals.ts';

interface WorkerCommandOptions {
  readonly concurrency: number;
  readonly queues?: readonly string[];
  readonly loglevel: LogLevelName;
  readonly hostname?: string;
  readonly root: string;
  readonly build: boolean;
  readonly lease: number;
  readonly drainTimeout?: number;
  readonly remoteControl: boolean;
}

export function workerCommand(): Command {
  return new Command('worker')
    .description('Run tasks here, from the queues themselves, until Ctrl-C: the default command.')
    .option(
      '-c, --concurrency <number>',
      'tasks at once; if not told, one for each core',
      positive,
      availableParallelism(),
    )
    .option(
      '-Q, --queues <names>',
      'Celery queues, separated by commas (default: $GIRDER_WORKER_QUEUES, or celery)',
      names,
    )
    .option('-l, --loglevel <level>', 'DEBUG, INFO, WARNING, ERROR or CRITICAL', logLevel, 'WARNING')
    .option('-n, --hostname <name>', 'name of this worker, as worker1@%h (default: girder-worker@%h)')
    .option('--root <folder>', 'folder of the deployment, whose package.json names the plugins', '.')
    .option('--no-build', 'use the registry as it is, and do not look whether the plugins have changed')
    .option('--lease <seconds>', 'how soon another worker may run what this one held when it was killed', lease, 60)
    .option('--drain-timeout <seconds>', 'end what still runs so long after a shutdown began (default: never)', seconds)
    .option('--no-remote-control', 'do not listen for the commands of `app.control`, which takes a queue of its own')
    .addHelpText('after', help)
    .action(async (options: WorkerCommandOptions, command: Command) => {
      const exitCode = await startWorker(options).catch((error: Error) =>
        command.error(`girder-worker: ${error.message}`),
      );
      process.exit(exitCode); // Connections that are kept alive are no reason to stay.
    });
}

const help = `
A task may take as long as it likes: its claim, and its message, are renewed while it runs. SIGTERM or Ctrl-C is a warm
shutdown: what runs may end, and what has not begun goes back to its queue. A second one, or SIGQUIT, is a cold one: what
runs goes back, too, to be run again.

Examples:
  $ girder-worker worker -l info -c 4
  $ girder-worker -l info -Q celery,long-tasks -n long@%h`;

/** Runs a worker until it is shut down. Resolves to the exit code: 1 for a cold shutdown, as Celery's. */
async function startWorker(options: WorkerCommandOptions): Promise<number> {
  const { root, concurrency, loglevel, lease, drainTimeout, remoteControl } = options;
  const shutdown = listenForShutdown(print);
  const output = {
    writeOut: (text: string) => void (shows(loglevel, 'INFO') && process.stdout.write(text)),
    writeErr: (text: string) => void process.stderr.write(text),
  };
  if (options.build && !(await updateRegistry(root, undefined, output))) return 1;
  const registry = await readRegistry(root);
  app.config.update(registry.settings);

  // Loaded only here, as most commands need neither threads nor AWS.
  const { runWorker } = await import('../worker/runWorker.ts');
  const { workerName } = await import('../worker/workerName.ts');
  const { createTextLog } = await import('../events/textLog.ts');
  const node = workerName(options.hostname, process.env);
  const queues = options.queues ?? names(process.env.GIRDER_WORKER_QUEUES ?? app.config.get('taskDefaultQueue'));
  print(bannerOf(node, queues, registry, options));

  shutdown.warm.addEventListener('abort', () => {
    if (drainTimeout !== undefined) setTimeout(shutdown.goCold, drainTimeout * 1000).unref();
  });
  await runWorker({
    ...{ env: process.env, registry, node, queues, concurrency, remoteControl, shutdown },
    threadFile: await threadFileOf(root),
    leaseMs: lease * 1000,
    log: fromLevel(loglevel, createTextLog()),
  });
  return shutdown.cold.aborted ? 1 : 0;
}

/** The module of the deployment in which tasks run. */
async function threadFileOf(root: string): Promise<URL> {
  const { registryFile } = await import('../build/registry/registryFile.ts');
  const file = join(dirname(resolve(root, registryFile)), 'thread.ts');
  if (!existsSync(file))
    throw new Error(`There is no ${file}, in which tasks are run: see functions/dispatcher/thread.ts.`);
  return pathToFileURL(file);
}

function bannerOf(
  node: string,
  queues: readonly string[],
  { tasks }: Registry,
  { concurrency, loglevel }: WorkerCommandOptions,
): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return renderBanner({
    ...{ node, version, queues },
    platform: `${type()}-${release()}-${arch()}-node-${process.versions.node}`,
    startedAt: new Date(),
    transport: process.env.GIRDER_WORKER_BROKER ?? 'sqs://',
    results: process.env.GIRDER_WORKER_BACKEND ?? 'dynamodb:///celery',
    concurrency: `${concurrency} (threads)`,
    tasks: shows(loglevel, 'INFO') ? Object.keys(tasks) : undefined,
  });
}

function names(text: string): string[] {
  const found = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (found.length > 0) return found;
  throw new InvalidArgumentError('Give the names of queues, separated by commas.');
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError('Give a whole number from 1.');
}

/** SQS hides a message for twelve hours at most, of which many renewals are to fit into one. */
function lease(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 3600) return value;
  throw new InvalidArgumentError('Give a whole number of seconds from 1 to 3600.');
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1e6) return value;
  throw new InvalidArgumentError('Give a number of seconds.');
}
