import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { decodeCommand } from './controlCommand.ts';

const recordings = fileURLToPath(new URL('../../../../test/wire/messages/', import.meta.url));

interface Recording {
  readonly aws_requests: readonly { readonly target: string; readonly body: { readonly Message?: string } }[];
}

/** The texts that Celery's clients published to SNS, with the file of the recording. */
const published = globSync('control_*.json', { cwd: recordings }).flatMap((file) => {
  const { aws_requests: requests } = JSON.parse(readFileSync(path.join(recordings, file), 'utf8')) as Recording;
  return requests.filter(({ target }) => target === 'SNS.Publish').map(({ body }) => [file, body.Message!] as const);
});

function recorded(file: string): string {
  return published.find(([name]) => name === file)![1];
}

/** A command in Kombu's envelope. */
function wrapped(body: unknown, headers: object = {}): string {
  const properties = { body_encoding: 'base64' };
  const encoded = Buffer.from(JSON.stringify(body)).toString('base64');
  return JSON.stringify({ body: encoded, 'content-type': 'application/json', headers, properties });
}

test.each(published)('the recording %s is decoded to a command with a method', async (_file, text) => {
  expect(await decodeCommand(text)).toMatchObject({ method: expect.stringMatching(/^[a-z_]+$/) });
});

test('a revoke command is decoded with the ids in the argument taskId, and without a reply address', async () => {
  expect(await decodeCommand(recorded('control_revoke_terminate_fanout.json'))).toEqual({
    method: 'revoke',
    arguments: {
      taskId: ['11111111-1111-1111-1111-111111111111', '22222222-2222-2222-2222-222222222222'],
      terminate: true,
      signal: 'SIGKILL',
    },
    destination: null,
    pattern: null,
    matcher: null,
    replyTo: null,
  });
});

test('the names of arguments become camelCase, and the keys of their values stay', async () => {
  const { arguments: names } = await decodeCommand(
    wrapped({ method: 'x', arguments: { some_headers: { my_stamp: 1 } } }),
  );
  expect(names).toEqual({ someHeaders: { my_stamp: 1 } });
});

test('a command of a client that waits for a reply has its queue, its ticket and its clock', async () => {
  expect(await decodeCommand(recorded('control_broadcast_ping_fanout.json'))).toMatchObject({
    replyTo: {
      queue: '42ef34f7-b571-31f5-b51b-d7bb72f41dbb.reply.celery.pidbox',
      exchange: 'reply.celery.pidbox',
      routingKey: '42ef34f7-b571-31f5-b51b-d7bb72f41dbb',
      ticket: 'bd992133-0510-46e7-9f07-66dd47f17463',
      clock: 4,
    },
  });
});

test('a destination stays, and an empty one becomes null, which addresses all nodes', async () => {
  expect((await decodeCommand(recorded('control_broadcast_destination.json'))).destination).toEqual(['celery@w1']);
  expect((await decodeCommand(wrapped({ method: 'ping', destination: [] }))).destination).toBe(null);
});

describe('decodeCommand rejects with BODY_MALFORMED', () => {
  test.each([
    ['for a list', [1]],
    ['for a body without a method', { arguments: {} }],
    [
      'for a reply address that is not a reply queue',
      { method: 'ping', reply_to: { exchange: 'celery', routing_key: 'x' } },
    ],
    [
      'for a reply queue with an invalid name',
      { method: 'ping', reply_to: { exchange: 'reply.celery.pidbox', routing_key: 'x.y/' } },
    ],
  ])('%s', async (_what, body) => {
    await expect(decodeCommand(wrapped(body))).rejects.toMatchObject({ name: 'DecodeError', code: 'BODY_MALFORMED' });
  });
});
