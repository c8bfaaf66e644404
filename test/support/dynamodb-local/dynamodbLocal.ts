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
  /** `http://127.0.0.1:<port>`; takes any region and credentials, all of which see the same tables. */
  readonly endpoint: string;
  /** Ends the server, and what was stored with it. */
  stop(): Promise<void>;
}

/**
 * Starts an empty DynamoDB Local that ends with this process at the latest, however this process ends.
 *
 * Needs Java and Maven (`requireJava`) and, the first time, Maven Central; throws an Error with their own words.
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

/** The folder with DynamoDB Local and what it needs, as in pom.xml: from the cache, or from Maven. */
async function fetchJars(): Promise<string> {
  const pom = path.join(here, 'pom.xml');
  const digest = createHash('sha256')
    .update(await readFile(pom))
    .digest('hex')
    .slice(0, 12);
  const folder = path.join(cacheFolder(), `dynamodb-local-${digest}`);
  if (await exists(folder)) return folder;
  await mkdir(cacheFolder(), { recursive: true });
  // Only a complete download gets the folder's name: of several processes, the first one's.
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
