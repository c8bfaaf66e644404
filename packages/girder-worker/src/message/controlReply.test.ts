import { expect, test } from 'vitest';
import { encodeReply, withPythonNames } from './controlReply.ts';
import { decodePayload } from './decode.ts';

const address = { queue: 'q', exchange: 'reply.celery.pidbox', routingKey: 'oid', ticket: 'a ticket', clock: 4 };

test('a reply is an envelope with the ticket of the command, and its body has the reply under the node name', async () => {
  const { envelope, payload } = await decodePayload(encodeReply('girder-worker@here', { ok: 'pong' }, address));
  expect(payload).toEqual({ 'girder-worker@here': { ok: 'pong' } });
  expect(envelope).toMatchObject({
    contentType: 'application/json',
    headers: { ticket: 'a ticket', clock: 5 },
    properties: {
      delivery_mode: 1,
      delivery_info: { exchange: 'reply.celery.pidbox', routing_key: 'oid' },
      body_encoding: 'base64',
    },
  });
});

test('names become snake_case at any depth, but the keys of a Map stay', () => {
  const reply = new Map([['someTask.id', ['active', { workerPid: 1, deliveryInfo: { routingKey: 'x' } }]]]);
  expect(withPythonNames(reply)).toEqual({
    'someTask.id': ['active', { worker_pid: 1, delivery_info: { routing_key: 'x' } }],
  });
});
