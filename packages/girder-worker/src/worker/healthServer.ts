import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HealthReport, WorkerHealth } from './health.ts';
import type { WorkerMetrics } from './workerMetrics.ts';

export interface HealthServerOptions {
  /** The port; 0 for any free one. */
  readonly port: number;
  readonly host: string;
  readonly health: Pick<WorkerHealth, 'live' | 'ready'>;
  /** Returns the metrics of the worker; why there are none, while it starts or if `prom-client` is not installed. @default none */
  readonly metrics?: (() => Pick<WorkerMetrics, 'contentType' | 'render'> | Error) | undefined;
}

export interface HealthServer {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /** Closes the port and all connections. */
  stop(): Promise<void>;
}

/**
 * Starts the HTTP server of the probes: `GET /live` and `GET /ready` answer 200 or 503 with a HealthReport as JSON, and `GET /metrics`
 * answers with the metrics for Prometheus. It keeps no
 * process alive. Rejects with an Error that names host and port if it cannot listen there.
 */
export async function startHealthServer({ port, host, health, metrics }: HealthServerOptions): Promise<HealthServer> {
  const probes: Readonly<Record<string, () => HealthReport | Promise<HealthReport>>> = {
    '/live': () => health.live(),
    '/ready': () => health.ready(),
  };
  const server = createServer((request, response) => void answer(request, response));

  async function answer({ method, url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = url.split('?', 1)[0]!;
    const probe = Object.hasOwn(probes, path) ? probes[path] : undefined;
    const isMetrics = path === '/metrics' && metrics !== undefined;
    if (!probe && !isMetrics)
      return respond(response, 404, { error: 'There are GET /live, GET /ready and GET /metrics.' });
    if (method !== 'GET' && method !== 'HEAD')
      return respond(response, 405, { error: 'Only GET and HEAD are allowed.' });
    if (isMetrics) return respondWithMetrics(response, metrics());
    const report = await probe!();
    respond(response, report.status === 'ok' ? 200 : 503, report);
  }

  await new Promise<void>((resolve, reject) => {
    server.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      const why = code === 'EADDRINUSE' ? 'the port is in use' : message;
      reject(new Error(`Cannot listen for health probes on ${host}:${port}: ${why}. Set another --health-port.`));
    });
    server.listen(port, host, resolve);
  });
  server.unref();
  const { address, port: bound, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respondWithMetrics(
  response: ServerResponse,
  metrics: Pick<WorkerMetrics, 'contentType' | 'render'> | Error,
): Promise<void> {
  if (metrics instanceof Error) return respond(response, 503, { error: metrics.message });
  const text = await metrics.render();
  response.writeHead(200, { 'content-type': metrics.contentType, 'cache-control': 'no-store', connection: 'close' });
  response.end(text);
}

function respond(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', connection: 'close' });
  response.end(`${JSON.stringify(body)}\n`);
}
