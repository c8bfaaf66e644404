import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { buildPage } from '../pageAssets.ts';
import { createRoutes } from './routes.ts';
import type { DashboardStack } from './stack.ts';

/** A running dashboard. */
export interface Dashboard {
  /** Its address, with the token. */
  readonly url: string;
  stop(): Promise<void>;
}

export interface DashboardOptions {
  /** 0 chooses a free one. */
  readonly port: number;
  /** The token in the address. @default a random one */
  readonly token?: string | undefined;
}

/** Starts the dashboard of a stack on this machine's loopback address. Rejects with an Error that says what to do if the port is taken; its cause has the code EADDRINUSE. */
export async function startDashboard(stack: DashboardStack, options: DashboardOptions): Promise<Dashboard> {
  const { port, token = newToken() } = options;
  const tokens = { access: token, action: newToken() };
  let listening = port;
  const { fetch } = createRoutes({ stack, tokens, page: buildPage, port: () => listening });
  const server = createAdaptorServer({ fetch }) as Server;
  const started = once(server, 'listening');
  server.listen({ host: '127.0.0.1', port });
  await started.catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new Error(`Port ${port} is taken: choose another one with --port, or 0 for a free one.`, { cause: error });
  });
  listening = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${listening}/?token=${encodeURIComponent(tokens.access)}`,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await Promise.all([closed, stack.follower.stop()]);
    },
  };
}

function newToken(): string {
  return randomBytes(24).toString('base64url');
}
