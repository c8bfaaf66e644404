import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** A request to an AWS service, and its response. */
export interface AwsCall {
  /** The operation, such as `UpdateItem`. */
  readonly operation: string;
  readonly request: Record<string, unknown>;
  readonly response: Record<string, unknown>;
}

/** A proxy in front of an emulator. It records the requests. */
export interface CountingProxy {
  readonly endpoint: string;
  readonly calls: AwsCall[];
  stop(): Promise<void>;
}

/** @param delayMs how long each request waits before it is passed on */
export async function startCountingProxy(target: string, delayMs = 0): Promise<CountingProxy> {
  const calls: AwsCall[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const body = await text(incoming);
    if (delayMs > 0) await sleep(delayMs);
    const { method, headers, url } = incoming;
    const forwarded = request(new URL(url ?? '/', target), { method, headers }, async (answer) => {
      const answered = await text(answer);
      const operation = String(headers['x-amz-target']).replace(/^.*\./, '');
      calls.push({ operation, request: JSON.parse(body), response: JSON.parse(answered) });
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers).end(answered);
    });
    forwarded.on('error', (error) => outgoing.destroy(error));
    forwarded.end(body);
  });
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
