import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An error as the runtime of a function reports it. */
export interface ReportedError {
  readonly errorType: string;
  readonly errorMessage: string;
}

/** An HTTP server that is Lambda's Runtime API (version 2018-06-01) for one execution environment. */
export interface RuntimeApi {
  /** The value of `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: string;
  /** Delivers an event. Resolves to the response of the function; rejects with an Error with its `ReportedError` as the cause. */
  invoke(event: unknown, timeoutMs?: number): Promise<unknown>;
  /** The errors that were reported to `/init/error`. */
  readonly initErrors: readonly ReportedError[];
  stop(): Promise<void>;
}

interface Invocation {
  readonly id: string;
  readonly event: unknown;
  readonly timeoutMs: number;
  readonly resolve: (response: unknown) => void;
  readonly reject: (error: Error) => void;
}

const version = '/2018-06-01/runtime';
const arn = 'arn:aws:lambda:us-east-1:000000000000:function:girder-worker-dev-dispatcher';

export async function startRuntimeApi(): Promise<RuntimeApi> {
  const events: Invocation[] = [];
  const requests: ServerResponse[] = [];
  const running = new Map<string, Invocation>();
  const initErrors: ReportedError[] = [];

  function deliver(): void {
    while (events.length > 0 && requests.length > 0) {
      const invocation = events.shift()!;
      running.set(invocation.id, invocation);
      requests
        .shift()!
        .writeHead(200, {
          'content-type': 'application/json',
          'lambda-runtime-aws-request-id': invocation.id,
          'lambda-runtime-deadline-ms': String(Date.now() + invocation.timeoutMs),
          'lambda-runtime-invoked-function-arn': arn,
          'lambda-runtime-trace-id': 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0',
        })
        .end(JSON.stringify(invocation.event));
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    if (request.method === 'GET' && path === `${version}/invocation/next`) {
      requests.push(response);
      response.once('close', () => {
        if (requests.includes(response)) requests.splice(requests.indexOf(response), 1);
      });
      return deliver();
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8') || 'null');
    const [, id, kind] = /\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    const invocation = running.get(decodeURIComponent(id ?? ''));
    if (path === `${version}/init/error`) initErrors.push(body as ReportedError);
    else if (!invocation) return void response.writeHead(404).end();
    else if (kind === 'response') invocation.resolve(body);
    else invocation.reject(new Error((body as ReportedError).errorMessage, { cause: body }));
    if (invocation) running.delete(invocation.id);
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
  }

  const server = createServer((request, response) => void answer(request, response));
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    initErrors,
    invoke(event, timeoutMs = 60_000) {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      events.push({ id: randomUUID(), event, timeoutMs, resolve, reject });
      deliver();
      const tooLate = setTimeout(() => reject(new Error(`No response within ${timeoutMs} ms.`)), timeoutMs);
      return promise.finally(() => clearTimeout(tooLate));
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
