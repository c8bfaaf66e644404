import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { app } from '../../app.ts';
import { type Connections, loadConnections } from '../../connections/connections.ts';
import type { Registry } from '../../registry/registry.ts';
import { nodeSystem } from '../../system/nodeSystem.ts';
import type { WorkerHealth } from '../../worker/health.ts';
import type { WorkerMetrics } from '../../worker/workerMetrics.ts';
import { integerUpTo, names, port, positiveInteger, seconds } from '../shared/arguments.ts';
import { hostFacts, renderBanner } from '../shared/banner.ts';
import { importDevPackage } from '../shared/devPackage.ts';
import { type LogLevelName, logLevel, shows } from '../shared/logLevel.ts';
import { print, processOutput } from '../shared/output.ts';
import { readRegistry, registryPath } from '../shared/registry.ts';
import { listenForShutdown } from '../shared/shutdownSignals.ts';
import { version } from '../shared/version.ts';
import { createWorkerLog, logFormat } from '../shared/workerLog.ts';

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
  readonly healthPort?: number;
  readonly healthHost: string;
}

export function workerCommand(): Command {
  return new Command('worker')
    .description('Poll SQS queues and run their tasks in this process until Ctrl-C. This is the default command.')
    .option(
      '-c, --concurrency <number>',
      'concurrent tasks; the default is one per core',
      positiveInteger,
      availableParallelism(),
    )
    .option(
      '-Q, --queues <names>',
      'Celery queues, separated by commas (default: $GIRDER_WORKER_QUEUES, or celery)',
      names,
    )
    .option(
      '-l, --loglevel <level>',
      'lowest level to log: DEBUG, INFO, WARNING, ERROR or CRITICAL',
      logLevel,
      'WARNING',
    )
    .option(
      '-n, --hostname <name>',
      'name of this worker, such as worker1@%h; %h is the host name (default: girder-worker@%h)',
    )
    .option('--root <folder>', 'folder of the deployment: the dependencies in its package.json are the plugins', '.')
    .option(
      '--no-build',
      'use the existing registry instead of building it on start, as where girder-worker-dev is not installed',
    )
    .option(
      '--lease <seconds>',
      'if this worker is killed, others may run its tasks after this time; at most 3600',
      integerUpTo(maxLeaseSeconds),
      60,
    )
    .option(
      '--drain-timeout <seconds>',
      'how long a warm shutdown waits for running tasks before it becomes a cold one (default: no limit)',
      seconds,
    )
    .option('--no-remote-control', 'do not receive the commands of `app.control`, which needs a queue of its own')
    .option(
      '--health-port <port>',
      'answer GET /live, GET /ready and GET /metrics on this port (default: no port)',
      port,
    )
    .option('--health-host <host>', 'address of that port; 0.0.0.0 for probes from outside of a container', '127.0.0.1')
    .addHelpText('after', help)
    .action(async (options: WorkerCommandOptions) => {
      process.exit(await startWorker(options)); // Connections that are kept alive would keep the process running.
    });
}

const help = `
A task may run for any time: its claim and its message are renewed while it runs. SIGTERM, SIGHUP or Ctrl-C starts a warm
shutdown: running tasks finish, and messages whose task has not started return to their queue. A second signal, or
SIGQUIT, starts a cold shutdown: running tasks are ended, and their messages return to the queue, too, to run again. The
exit code is 1 after a cold shutdown.

Examples:
  $ girder-worker worker -l info -c 4
  $ girder-worker -l info -Q celery,long-tasks -n long@%h`;

/** SQS hides a message for at most 12 hours. A lease must be so short that many renewals fit into this time. */
const maxLeaseSeconds = 3600;

/** Runs a worker until it is shut down. Resolves to the exit code: as in Celery, 1 after a cold shutdown. */
async function startWorker(options: WorkerCommandOptions): Promise<number> {
  const { root, concurrency, loglevel, lease, drainTimeout, remoteControl } = options;
  const format = logFormat(process.env);
  let printLine = print;
  const shutdown = listenForShutdown((line) => printLine(line));
  let metrics: WorkerMetrics | Error = new Error('The worker is starting.');
  const health = await startHealth(options, shutdown.warm, () => metrics);
  // In JSON format, stdout has nothing but the lines of the log.
  const write = format === 'json' ? processOutput.writeErr : processOutput.writeOut;
  const output = { ...processOutput, writeOut: (text: string) => void (shows(loglevel, 'INFO') && write(text)) };
  const devPackage = options.build ? await importDevPackage(root) : undefined;
  if (devPackage && !(await devPackage.updateRegistry(root, undefined, output))) return 1;
  const registry = await readRegistry(root);
  app.config.update(registry.settings);

  // Imported dynamically, because most commands need neither threads nor AWS.
  const { runWorker } = await import('../../worker/runWorker.ts');
  const { workerName } = await import('../../worker/workerName.ts');
  const { endWithUncaughtErrors } = await import('../../worker/uncaughtErrors.ts');
  const connections = loadConnections(process.env);
  const node = workerName(options.hostname, connections.nodeName);
  const queues = options.queues ?? connections.broker.queues ?? [app.config.get('taskDefaultQueue')];
  const log = createWorkerLog(format, loglevel, node);
  endWithUncaughtErrors(log);
  if (format === 'text') print(bannerOf(node, queues, connections, registry, options));
  else {
    printLine = log.warn;
    const { broker, backend } = connections;
    const tasks = Object.keys(registry.tasks);
    log.info(`${node} starts.`, { version, queues, concurrency, broker: broker.url, backend: backend.url, tasks });
  }
  if (health) {
    log.info(`Health probes: ${health.url}/live and ${health.url}/ready`);
    metrics = await connectMetrics(connections, node, queues);
    log.info(metrics instanceof Error ? metrics.message : `Metrics for Prometheus: ${health.url}/metrics`);
  }

  shutdown.warm.addEventListener('abort', () => {
    if (drainTimeout === undefined) return;
    nodeSystem.startTimer(shutdown.goCold, drainTimeout * 1000, { keepAlive: false });
  });
  await runWorker({
    ...{ connections, registry, node, queues, concurrency, remoteControl, shutdown, log, health },
    ...(!(metrics instanceof Error) && { metrics }),
    threadFile: threadFileOf(root),
    leaseMs: lease * 1000,
  });
  return shutdown.cold.aborted ? 1 : 0;
}

/** Starts the probes before all else, so that they answer while the worker starts. */
async function startHealth(
  { healthPort, healthHost }: WorkerCommandOptions,
  warm: AbortSignal,
  metrics: () => WorkerMetrics | Error,
): Promise<(WorkerHealth & { readonly url: string }) | undefined> {
  if (healthPort === undefined) return undefined;
  const { createWorkerHealth } = await import('../../worker/health.ts');
  const { startHealthServer } = await import('../../worker/healthServer.ts');
  const health = createWorkerHealth(nodeSystem);
  warm.addEventListener('abort', () => health.enter('stopping'));
  const { url } = await startHealthServer({ port: healthPort, host: healthHost, health, metrics });
  return { ...health, url };
}

/** Resolves to the metrics of the worker, or to why it has none: the package `prom-client`, which makes them, is optional. */
async function connectMetrics(
  { broker }: Connections,
  node: string,
  queues: readonly string[],
): Promise<WorkerMetrics | Error> {
  const { createWorkerMetrics } = await import('../../worker/workerMetrics.ts');
  const { connectQueueAdmin } = await import('../../transport/sqs/sqsQueueAdmin.ts');
  const admin = connectQueueAdmin(broker);
  const queueLength = async (queue: string) => (await admin.status(queue)).ready;
  try {
    return await createWorkerMetrics({ node, queues, queueLength, now: nodeSystem.now });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    return new Error('There are no metrics: install the package prom-client beside girder-worker.');
  }
}

/** The module that the worker threads load: that of the deployment, or else one that passes its registry to the library. */
function threadFileOf(root: string): URL {
  const registry = registryPath(root);
  const file = join(dirname(registry), 'thread.ts');
  if (existsSync(file)) return pathToFileURL(file);
  const library = new URL(`../../lambda/thread${extname(import.meta.url)}`, import.meta.url);
  const source = `import { serveRegistry } from ${JSON.stringify(library.href)};
import { registry } from ${JSON.stringify(pathToFileURL(registry).href)};
serveRegistry(registry);`;
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`);
}

function bannerOf(
  node: string,
  queues: readonly string[],
  { broker, backend }: Connections,
  { tasks }: Registry,
  { concurrency, loglevel }: WorkerCommandOptions,
): string {
  return renderBanner({
    ...hostFacts(nodeSystem),
    ...{ node, queues },
    transport: broker.url,
    results: backend.url,
    concurrency: `${concurrency} (threads)`,
    tasks: shows(loglevel, 'INFO') ? Object.keys(tasks) : undefined,
  });
}
