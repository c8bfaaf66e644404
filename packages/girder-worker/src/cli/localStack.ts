import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { arch, hostname, release, type } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createBundleFolder } from '../local/bundleFolder.ts';
import { type Emulators, startEmulators } from '../local/emulators/emulators.ts';
import { celeryUrls, isolatedVariables, stackVariables } from '../local/emulators/variables.ts';
import type { MappingFault } from '../local/lambda/eventSourceMapping.ts';
import { queueName, startLocalDispatcher, tableName } from '../local/localDispatcher.ts';
import { runScript } from '../local/process/script.ts';
import { exitCodeOf } from '../local/process/stopRequest.ts';
import type { Registry } from '../registry/registry.ts';
import { renderBanner } from './banner.ts';
import { updateRegistry } from './buildRegistry.ts';

export interface LocalStackOptions {
  readonly sqsPort: number;
  readonly dynamodbPort: number;
  /** Invocations at once. */
  readonly concurrency: number;
  readonly timeoutSeconds: number;
  /** A script to run against the stack, which then ends with it. */
  readonly script?: string;
  /** Resolves when all is to end. */
  readonly stop: Promise<NodeJS.Signals>;
}

/** What is to be undone when the stack ends, the last first. */
type Undo = (() => Promise<void>)[];

/** With the emulators, the queue is gone: there is no use in waiting longer for what still runs. */
const graceMs = 3000;
const root = '.';

/**
 * Brings up the emulators, the dispatcher and what connects them, and resolves to the exit code when a signal or the end of
 * the script has ended it all.
 */
export async function runLocalStack(options: LocalStackOptions): Promise<number> {
  const undo: Undo = [];
  let stopSignal: NodeJS.Signals | undefined;
  const stopped = options.stop.then((signal) => {
    stopSignal = signal;
    say(`Stopping: what runs has ${graceMs / 1000} s to end, and Ctrl-C ends it at once.`);
    return options.script === undefined ? 0 : exitCodeOf(signal);
  });
  try {
    return await Promise.race([stopped, serve(options, undo)]);
  } catch (error) {
    if (stopSignal) return await stopped; // Ctrl-C ends the processes of a build, too, and that is no fault of theirs.
    throw error;
  } finally {
    for (const close of undo.reverse()) await close();
  }
}

/** Brings the stack up, and resolves to the exit code of the script, if there is one to run. */
async function serve(options: LocalStackOptions, undo: Undo): Promise<number> {
  const emulators = await startEmulators(options);
  undo.push(() => emulators.stop());
  say(`Emulators: SQS and SNS on ${emulators.sqsEndpoint}, DynamoDB on ${emulators.dynamodbEndpoint}`);
  const lost = emulators.lost.then((error) => Promise.reject(error));
  return Promise.race([lost, serveWith(emulators, options, undo)]);
}

async function serveWith(emulators: Emulators, options: LocalStackOptions, undo: Undo): Promise<number> {
  const { script, concurrency, timeoutSeconds } = options;
  if (!(await updateRegistry(root, undefined, { writeOut, writeErr }))) return 1;
  const { file, controlFile } = await bundle(undo);
  const startMs = performance.now();
  const dispatcher = await startLocalDispatcher({
    emulators,
    file,
    ...(controlFile !== undefined && { controlFile }),
    ...{ concurrency, timeoutSeconds, printLine, onFault },
  });
  undo.push(() => dispatcher.stop(graceMs));
  say(`Dispatcher: ready in ${Math.round(performance.now() - startMs)} ms; a task may take ${timeoutSeconds} s\n`);

  say(await banner(emulators, concurrency));
  for (const line of endpoints(emulators)) say(line);
  say('ready');
  return script === undefined ? new Promise<never>(() => undefined) : runAgainst(emulators, script, undo);
}

/** Resolves to the bundled handlers of the dispatcher and of remote control. */
async function bundle(undo: Undo): Promise<{ readonly file: string; readonly controlFile?: string }> {
  const { bundleFunctions } = await import('../build/bundle/bundle.ts');
  const outDir = await createBundleFolder(root);
  undo.push(() => rm(outDir, { recursive: true, force: true }));
  const { totalBytes, ms } = await bundleFunctions({ root, outDir });
  say(`Bundle: ${Math.round(totalBytes / 1000)} KB in ${Math.round(ms)} ms`);
  const controlFile = join(outDir, 'control.mjs');
  return { file: join(outDir, 'handler.mjs'), ...(existsSync(controlFile) && { controlFile }) };
}

function runAgainst(emulators: Emulators, file: string, undo: Undo): Promise<number> {
  const script = runScript(resolve(file), isolatedVariables(process.env, stackVariables(emulators, tableName)));
  undo.push(() => script.stop());
  return script.ended;
}

async function banner(emulators: Emulators, concurrency: number): Promise<string> {
  const { registryFile } = await import('../build/registry/registryFile.ts');
  const { registry } = (await import(pathToFileURL(resolve(root, registryFile)).href)) as { registry: Registry };
  const { broker, backend } = celeryUrls(emulators, tableName);
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return renderBanner({
    node: `girder-worker@${hostname()}`,
    version,
    platform: `${type()}-${release()}-${arch()}-node-${process.versions.node}`,
    startedAt: new Date(),
    transport: broker,
    results: backend,
    concurrency: `${concurrency} (Lambda environments)`,
    queues: [queueName],
    tasks: Object.keys(registry.tasks),
  });
}

/** For whoever connects, from another terminal. */
function endpoints(emulators: Emulators): string[] {
  const { broker, backend } = celeryUrls(emulators, tableName);
  return [
    `SQS, SNS: ${emulators.sqsEndpoint}   for Celery: broker_url = "${broker}"`,
    `DynamoDB: ${emulators.dynamodbEndpoint}   for Celery: result_backend = "${backend}"`,
  ];
}

function onFault({ code, reason, messageIds }: MappingFault): void {
  const kept = messageIds.length === 1 ? '1 message stays' : `${messageIds.length} messages stay`;
  writeErr(`event-source mapping: ${code}: ${reason}${messageIds.length === 0 ? '' : ` (${kept} in the queue)`}\n`);
}

function printLine(line: string, stream: 'stdout' | 'stderr'): void {
  process[stream].write(`${line}\n`);
}

function say(line: string): void {
  writeOut(`${line}\n`);
}

function writeOut(text: string): void {
  process.stdout.write(text);
}

function writeErr(text: string): void {
  process.stderr.write(text);
}
