import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { mavenJars } from '../mavenJars.ts';
import { startServerProcess } from '../serverProcess.ts';

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
  const jars = await mavenJars('dynamodb-local', path.join(here, 'pom.xml'));
  const server = await startServerProcess('java', [
    `-Djava.library.path=${jars}`,
    ...['-cp', path.join(jars, '*')],
    path.join(here, 'LoopbackServer.java'),
  ]);
  return { endpoint: `http://127.0.0.1:${server.port}`, stop: () => server.stop() };
}
