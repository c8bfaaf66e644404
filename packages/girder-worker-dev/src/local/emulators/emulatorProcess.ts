/** The process of the emulators: `emulatorProcess.ts <SQS port> <DynamoDB port>`. */
import '../process/endWithParent.ts';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';
import { buildApp } from 'fauxqs';
import type { EmulatedService, EmulatorReport } from './emulatorProtocol.ts';
import { returnUndelivered, useReachableQueueUrls } from './fauxqsHooks.ts';
import { refuseBrowsers } from './refuseBrowsers.ts';
import { answerTimeToLive } from './timeToLive.ts';

const host = '127.0.0.1';

async function listenSqs(port: number): Promise<number> {
  const app = buildApp({ logger: false });
  useReachableQueueUrls(app);
  returnUndelivered(app);
  await app.listen({ host, port });
  refuseBrowsers(app.server);
  return (app.server.address() as AddressInfo).port;
}

async function listenDynamodb(port: number): Promise<number> {
  const server = dynalite({ createTableMs: 0 });
  surviveAbortedRequests(server);
  answerTimeToLive(server);
  refuseBrowsers(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** dynalite throws when a client disconnects in the middle of a request, which would end this process. */
function surviveAbortedRequests(server: Server): void {
  server.on('request', (request) => {
    request.removeAllListeners('error');
    request.on('error', () => request.destroy());
  });
}

async function listen(
  service: EmulatedService,
  port: number,
  start: (port: number) => Promise<number>,
): Promise<number> {
  try {
    return await start(port);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    report({ kind: 'failed', service, port, cause: code ?? message });
    throw error;
  }
}

function report(what: EmulatorReport): void {
  process.send?.(what, () => undefined); // Errors are ignored: without a parent, this process ends.
}

const [sqsPort = 0, dynamodbPort = 0] = process.argv.slice(2).map(Number);
try {
  report({
    kind: 'listening',
    sqsPort: await listen('SQS', sqsPort, listenSqs),
    dynamodbPort: await listen('DynamoDB', dynamodbPort, listenDynamodb),
  });
} catch {
  process.exitCode = 1; // The report holds the reason. The parent ends this process.
}
