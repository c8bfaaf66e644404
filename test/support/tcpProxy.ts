import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** Forwards the connections to a port of 127.0.0.1 to another one. */
export interface TcpProxy {
  readonly port: number;
  /** Closes the port and all connections. */
  stop(): Promise<void>;
}

/** @param port the port to listen on; 0 for a free one */
export async function startTcpProxy(target: number, port = 0): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((incoming) => {
    const outgoing = connect(target, '127.0.0.1');
    for (const [socket, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(socket);
      socket.pipe(other);
      // One side is closed or reset: so is the other.
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as { port: number };
  return {
    port: address.port,
    async stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
