import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { exitCodeOf, hostFacts, print, processOutput, readRegistry, renderBanner } from 'girder-worker/internal/cli';
import { nodeSystem } from 'girder-worker/internal/system';
import { createPrintedLog } from '../../dashboard/server/printedLog.ts';
import { createBundleFolder } from '../../local/bundleFolder.ts';
import { type Emulators, startEmulators } from '../../local/emulators/emulators.ts';
import { celeryUrls, exportLines, isolatedVariables, stackVariables } from '../../local/emulators/variables.ts';
import type { MappingFault } from '../../local/lambda/eventSourceMapping.ts';
import { startLocalDispatcher, tableName } from '../../local/localDispatcher.ts';
import { runScript } from '../../local/process/script.ts';
import { startLocalDashboard } from './localDashboard.ts';
import { type BuiltFunctions, startReloading } from './reload.ts';
import { updateRegistry } from './updateRegistry.ts';

export interface LocalStackOptions {
  readonly sqsPort: number;
  readonly dynamodbPort: number;
  /** The port of the dashboard; without it, the default one, or a free one where that is taken. */
  readonly dashboardPort?: number | undefined;
  /** Celery's names of the queues. */
  readonly queues: readonly string[];
  /** The largest number of concurrent invocations for each queue. */
  readonly concurrency: number;
  readonly timeoutSeconds: number;
  /** The path of a script to run against the stack. The stack ends with it. */
  readonly script?: string;
  /** Whether a change of the code of plugins reloads the functions. */
  readonly reloads: boolean;
  /** Resolves when the stack must end. */
  readonly stop: Promise<NodeJS.Signals>;
}

/** What runs when the stack ends, in reverse order. */
type Cleanups = (() => Promise<void>)[];

/** How long running invocations may take to end. A longer time is of no use: the queue is lost with the emulators. */
const graceMs = 3000;
const root = '.';

/**
 * Runs the emulators, the dispatcher and the event source mapping between them. Resolves to the exit code after a signal, or
 * after the script has ended.
 */
export async function runLocalStack(options: LocalStackOptions): Promise<number> {
  const cleanups: Cleanups = [];
  let stopSignal: NodeJS.Signals | undefined;
  const stopped = options.stop.then((signal) => {
    stopSignal = signal;
    print(`Stopping: running tasks have ${graceMs / 1000} s to end. Ctrl-C ends them immediately.`);
    return options.script === undefined ? 0 : exitCodeOf(signal);
  });
  try {
    return await Promise.race([stopped, serve(options, cleanups)]);
  } catch (error) {
    if (stopSignal) return await stopped; // Ctrl-C also ends the processes of a build, which then fails.
    throw error;
  } finally {
    for (const cleanUp of cleanups.reverse()) await cleanUp();
  }
}

/** Starts the stack. Resolves to the exit code of the script; without a script, it does not resolve. */
async function serve(options: LocalStackOptions, cleanups: Cleanups): Promise<number> {
  const emulators = await startEmulators(options);
  cleanups.push(() => emulators.stop());
  print(`Emulators: SQS and SNS on ${emulators.sqsEndpoint}, DynamoDB on ${emulators.dynamodbEndpoint}`);
  const lost = emulators.lost.then((error) => Promise.reject(error));
  return Promise.race([lost, serveWith(emulators, options, cleanups)]);
}

async function serveWith(emulators: Emulators, options: LocalStackOptions, cleanups: Cleanups): Promise<number> {
  const { script, queues, concurrency, timeoutSeconds, reloads, dashboardPort } = options;
  if (!(await updateRegistry(root, undefined, processOutput))) return 1;
  const built = await bundle(cleanups);
  print(`Bundle: ${Math.round(built.totalBytes / 1000)} KB in ${Math.round(built.ms)} ms`);
  const printed = createPrintedLog(() => nodeSystem.now());
  const printLine = (line: string, stream: 'stdout' | 'stderr'): void => {
    printed.add(line);
    process[stream].write(`${line}\n`);
  };
  const startMs = nodeSystem.now();
  const dispatcher = await startLocalDispatcher({
    ...{ emulators, ...built.functions, queues, concurrency, timeoutSeconds, printLine, onFault, history: true },
  });
  cleanups.push(() => dispatcher.stop(graceMs));
  print(`Dispatcher: ready in ${nodeSystem.now() - startMs} ms; a task may take ${timeoutSeconds} s\n`);

  print(await banner(emulators, options));
  for (const line of endpoints(emulators)) print(line);
  if (script === undefined) {
    const dashboard = await startLocalDashboard(emulators, queues, dashboardPort, printed);
    cleanups.push(() => dashboard.stop());
    print(`Dashboard: ${dashboard.url}`);
  }
  print('ready');
  if (reloads) cleanups.push(startReloading(root, dispatcher, built, () => bundle(cleanups)));
  return script === undefined ? new Promise<never>(() => undefined) : runAgainst(emulators, script, cleanups);
}

/** Bundles the functions into a folder of their own. Prints warnings. */
async function bundle(cleanups: Cleanups): Promise<BuiltFunctions> {
  const { bundleFunctions } = await import('../../build/bundle/bundle.ts');
  const { hostPlatform } = await import('../../build/packages/platform.ts');
  const outDir = await createBundleFolder();
  const remove = () => rm(outDir, { recursive: true, force: true });
  cleanups.push(remove);
  const report = await bundleFunctions({ root, outDir, platform: hostPlatform() });
  for (const warning of report.warnings) processOutput.writeErr(warning);
  const controlFile = join(outDir, 'control.mjs');
  const deadLettersFile = join(outDir, 'deadLetters.mjs');
  const functions = {
    file: join(outDir, 'handler.mjs'),
    deadLettersFile,
    ...(existsSync(controlFile) && { controlFile }),
  };
  return { ...report, functions, remove };
}

function runAgainst(emulators: Emulators, file: string, cleanups: Cleanups): Promise<number> {
  const script = runScript(resolve(file), isolatedVariables(process.env, stackVariables(emulators, tableName)));
  cleanups.push(() => script.stop());
  return script.ended;
}

async function banner(emulators: Emulators, { queues, concurrency }: LocalStackOptions): Promise<string> {
  const registry = await readRegistry(root);
  const { broker, backend } = celeryUrls(emulators, tableName);
  return renderBanner({
    ...hostFacts(nodeSystem),
    node: `girder-worker@${hostname()}`,
    transport: broker,
    results: backend,
    concurrency: `${concurrency} (Lambda environments)`,
    queues,
    tasks: Object.keys(registry.tasks),
  });
}

/** What clients in other terminals need to connect. */
function endpoints(emulators: Emulators): string[] {
  const { broker, backend } = celeryUrls(emulators, tableName);
  return [
    `SQS, SNS: ${emulators.sqsEndpoint}   for Celery: broker_url = "${broker}"`,
    `DynamoDB: ${emulators.dynamodbEndpoint}   for Celery: result_backend = "${backend}"`,
    'For npx girder-worker and TypeScript clients, in another terminal:',
    ...exportLines(emulators, tableName),
  ];
}

function onFault({ code, reason, messageIds }: MappingFault): void {
  const kept = messageIds.length === 1 ? '1 message stays' : `${messageIds.length} messages stay`;
  processOutput.writeErr(
    `event source mapping: ${code}: ${reason}${messageIds.length === 0 ? '' : ` (${kept} in the queue)`}\n`,
  );
}
