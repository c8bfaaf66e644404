import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, onTestFinished, test } from 'vitest';
import { requireJava } from '../requirements.ts';
import { dynamodbLocal } from './dynamodbLocal.ts';

const starter = fileURLToPath(new URL('../../fixtures/dynamodb-local/starter.ts', import.meta.url));

// The first run downloads DynamoDB Local.
describe.skipIf(!requireJava())('DynamoDB Local', { timeout: 300_000 }, () => {
  test('answers at its endpoint until it is stopped', async () => {
    const server = await dynamodbLocal();
    const client = new DynamoDBClient({
      endpoint: server.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    onTestFinished(() => client.destroy());
    expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual([]);
    await server.stop();
    expect(await accepts('127.0.0.1', portOf(server.endpoint))).toBe(false);
  });

  test('can only be reached from this machine', async () => {
    const server = await dynamodbLocal();
    onTestFinished(() => server.stop());
    const outside = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter((address) => !address.internal && address.family === 'IPv4');
    for (const { address } of outside) expect(await accepts(address, portOf(server.endpoint))).toBe(false);
    expect(await accepts('127.0.0.1', portOf(server.endpoint))).toBe(true);
  });

  test('ends with the process that started it, even if this process is killed', async () => {
    const parent = fork(starter);
    const [endpoint] = await once(parent, 'message');
    expect(await accepts('127.0.0.1', portOf(endpoint))).toBe(true);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    // A process gets no event when a process ends that is not its child.
    while (await accepts('127.0.0.1', portOf(endpoint))) await sleep(20);
  });
});

function portOf(endpoint: string): number {
  return Number(new URL(endpoint).port);
}

async function accepts(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
