import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RedisServer, startRedisServer } from './redisServer.ts';

describe('the server of the Redis protocol', () => {
  let server: RedisServer;
  beforeEach(async () => {
    server = await startRedisServer();
  });
  afterEach(() => server.stop());

  async function connected(): Promise<Socket> {
    const socket = connect({ host: '127.0.0.1', port: server.port });
    await once(socket, 'connect');
    return socket;
  }

  /** Sends a command, and resolves to the reply as it is on the wire. */
  async function ask(socket: Socket, ...words: string[]): Promise<string> {
    socket.write(encoded(words));
    const [reply] = (await once(socket, 'data')) as [Buffer];
    return reply.toString();
  }

  const encoded = (words: readonly string[]) =>
    `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;

  test('keeps lists in the order of their elements', async () => {
    const socket = await connected();
    expect(await ask(socket, 'RPUSH', 'list', 'blåbær')).toBe(':1\r\n');
    expect(await ask(socket, 'RPUSH', 'list', 'b', 'c')).toBe(':3\r\n');
    expect(await ask(socket, 'LRANGE', 'list', '0', '-1')).toBe('*3\r\n$8\r\nblåbær\r\n$1\r\nb\r\n$1\r\nc\r\n');
    expect(await ask(socket, 'LRANGE', 'list', '1', '1')).toBe('*1\r\n$1\r\nb\r\n');
    expect(await ask(socket, 'LLEN', 'list')).toBe(':3\r\n');
  });

  test('counts, and deletes lists and counters', async () => {
    const socket = await connected();
    expect(await ask(socket, 'INCR', 'count')).toBe(':1\r\n');
    expect(await ask(socket, 'INCR', 'count')).toBe(':2\r\n');
    expect(await ask(socket, 'GET', 'count')).toBe('$1\r\n2\r\n');
    await ask(socket, 'RPUSH', 'list', 'a');
    expect(await ask(socket, 'EXISTS', 'count', 'list', 'none')).toBe(':2\r\n');
    expect(await ask(socket, 'DEL', 'count', 'list', 'none')).toBe(':2\r\n');
    expect(await ask(socket, 'EXISTS', 'count', 'list')).toBe(':0\r\n');
  });

  test('replies to BLPOP when another client appends an element, and removes it', async () => {
    const [waiting, pushing] = [await connected(), await connected()];
    const popped = ask(waiting, 'BLPOP', 'list', '5');
    await ask(pushing, 'RPUSH', 'list', 'a');
    expect(await popped).toBe('*2\r\n$4\r\nlist\r\n$1\r\na\r\n');
    expect(await ask(pushing, 'EXISTS', 'list')).toBe(':0\r\n');
  });

  test('replies to BLPOP without an element at the end of its timeout', async () => {
    expect(await ask(await connected(), 'BLPOP', 'list', '0.01')).toBe('*-1\r\n');
  });

  test('replies to GET when another client increments the counter', async () => {
    const [reading, incrementing] = [await connected(), await connected()];
    const count = ask(reading, 'GET', 'count');
    await ask(incrementing, 'INCR', 'count');
    expect(await count).toBe('$1\r\n1\r\n');
  });

  test('reads commands that arrive in parts, and several at once', async () => {
    const socket = await connected();
    const replies: string[] = [];
    socket.on('data', (chunk) => replies.push(chunk.toString()));
    const bytes = Buffer.from(encoded(['RPUSH', 'list', 'blåbær']) + encoded(['LLEN', 'list']));
    for (const byte of bytes) socket.write(Buffer.of(byte));
    await expect.poll(() => replies.join('')).toBe(':1\r\n:1\r\n');
  });

  test('replies with an error to a command that it does not have', async () => {
    expect(await ask(await connected(), 'FLUSHALL')).toBe("-ERR unknown command 'FLUSHALL'\r\n");
  });
});
