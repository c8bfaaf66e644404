import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheFolder } from '../cacheFolder.ts';

const here = path.dirname(fileURLToPath(import.meta.url));

export interface DynamodbLocal {
  /** `http://127.0.0.1:<port>`. Accepts any region and credentials; all of them use the same tables. */
  readonly endpoint: string;
  /** Ends the server and deletes its data. */
  stop(): Promise<void>;
}

/**
 * Starts an empty DynamoDB Local. It ends at the latest with this process, even if this process is killed.
 *
 * Needs Java and Maven (`requireJava`) and, for the first call, Maven Central. Rejects with an Error with their output.
 */
export async function dynamodbLocal(): Promise<DynamodbLocal> {
  const jars = await fetchJars();
  const server = spawn(
    'java',
    [`-Djava.library.path=${jars}`, '-cp', path.join(jars, '*'), path.join(here, 'LoopbackServer.java')],
    { stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const exited = once(server, 'exit');
  let complaints = '';
  server.stderr.on('data', (chunk) => {
    complaints += chunk;
  });
  const port = await Promise.race([once(createInterface(server.stdout), 'line'), exited.then(() => undefined)]);
  if (port === undefined) throw new Error(`DynamoDB Local did not start: ${complaints}`);
  return {
    endpoint: `http://127.0.0.1:${port[0]}`,
    async stop() {
      server.stdin.end();
      await exited;
    },
  };
}

/** Resolves to the folder with the jars of DynamoDB Local that pom.xml names: from the cache, or downloaded by Maven. */
async function fetchJars(): Promise<string> {
  const pom = path.join(here, 'pom.xml');
  const digest = createHash('sha256')
    .update(await readFile(pom))
    .digest('hex')
    .slice(0, 12);
  const folder = path.join(cacheFolder(), `dynamodb-local-${digest}`);
  if (await exists(folder)) return folder;
  await mkdir(cacheFolder(), { recursive: true });
  // Only a complete download gets the name of the folder: that of the first process if there are several.
  const download = await mkdtemp(`${folder}-`);
  try {
    await promisify(execFile)('mvn', [
      ...['--quiet', '--batch-mode', '--file', pom, 'dependency:copy-dependencies'],
      ...['-DincludeScope=runtime', `-DoutputDirectory=${download}`],
    ]);
    await rename(download, folder);
  } catch (error) {
    await rm(download, { recursive: true, force: true });
    if (!(await exists(folder))) throw error;
  }
  return folder;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
