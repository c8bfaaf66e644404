import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { RedisData, type Reply } from './redisData.ts';

/** A server of the Redis protocol (RESP 2) on 127.0.0.1, with the commands that the suite and its tasks use. */
export interface RedisServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts a server without keys. It replies with an error to commands that it does not have. */
export async function startRedisServer(): Promise<RedisServer> {
  const data = new RedisData();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy()); // A client that was killed: `close` follows.
    serve(socket, data);
  });
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Replies to the commands of one connection, one after the other: a blocking command delays those after it. */
function serve(socket: Socket, data: RedisData): void {
  let unread: Buffer = Buffer.alloc(0);
  let replied = Promise.resolve();
  const reply = async ([name = '', ...words]: readonly string[]) => {
    const result = await data.run(name.toUpperCase(), words);
    if (!socket.destroyed) socket.write(encode(result));
  };
  socket.on('data', (chunk: Buffer) => {
    unread = Buffer.concat([unread, chunk]);
    for (let command = readCommand(unread); command; command = readCommand(unread)) {
      const { words, length } = command;
      unread = unread.subarray(length);
      replied = replied.then(() => reply(words));
    }
  });
}

interface Command {
  readonly words: readonly string[];
  /** The number of bytes that it takes in the stream. */
  readonly length: number;
}

/** Returns the first command, an array of bulk strings, or undefined if it is incomplete. */
function readCommand(bytes: Buffer): Command | undefined {
  const count = readHeader(bytes, 0, '*');
  if (!count) return undefined;
  const words: string[] = [];
  let offset = count.end;
  for (let i = 0; i < count.value; i++) {
    const size = readHeader(bytes, offset, '$');
    if (!size || bytes.length < size.end + size.value + 2) return undefined;
    words.push(bytes.toString('utf8', size.end, size.end + size.value));
    offset = size.end + size.value + 2;
  }
  return { words, length: offset };
}

function readHeader(bytes: Buffer, start: number, type: string): { value: number; end: number } | undefined {
  const end = bytes.indexOf('\r\n', start);
  if (end < 0) return undefined;
  const line = bytes.toString('latin1', start, end);
  if (!line.startsWith(type))
    throw new Error(`The client sent ${JSON.stringify(line)} instead of ${type} and a number.`);
  return { value: Number(line.slice(1)), end: end + 2 };
}

function encode(reply: Reply): string {
  if (reply === null) return '*-1\r\n';
  if (reply instanceof Error) return `-ERR ${reply.message}\r\n`;
  if (typeof reply === 'number') return `:${reply}\r\n`;
  if (typeof reply === 'string') return `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`;
  return `*${reply.length}\r\n${reply.map(encode).join('')}`;
}
