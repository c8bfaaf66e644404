import { describe, expect, test } from 'vitest';
import { decodePayload } from '../message/decode.ts';
import { createMemoryTransport } from '../transport/memoryTransport.ts';
import type { ControlNode } from './controlNode.ts';
import { createPidbox } from './pidbox.ts';

const replyTo = { exchange: 'reply.celery.pidbox', routing_key: 'oid' };

function text(command: object): string {
  const body = Buffer.from(JSON.stringify(command)).toString('base64');
  const properties = { body_encoding: 'base64' };
  return JSON.stringify({ body, 'content-type': 'application/json', headers: { clock: 1 }, properties });
}

function open(control: ControlNode) {
  const transport = createMemoryTransport();
  const lines: string[] = [];
  const say = (line: string) => lines.push(line);
  const log = { info: say, warn: say, error: say };
  return { receive: createPidbox({ node: 'me', control, transport, log }), transport, lines };
}

describe('a mailbox', () => {
  test('sends the reply to the queue of the client, once', async () => {
    const { receive, transport } = open(async () => ({ ok: 'pong' }));
    await receive(text({ method: 'ping', ticket: 't', reply_to: replyTo }));
    expect(transport.published.map(({ options }) => options)).toEqual([{ queue: 'oid.reply.celery.pidbox' }]);
    const { payload, envelope } = await decodePayload(transport.published[0]!.body);
    expect(payload).toEqual({ me: { ok: 'pong' } });
    expect(envelope.headers).toMatchObject({ ticket: 't' });
  });

  test('sends nothing where nobody waits, nor for a command that is for others', async () => {
    const { receive, transport } = open(async ({ method }) => (method === 'mine' ? { ok: 1 } : undefined));
    await receive(text({ method: 'mine' }));
    await receive(text({ method: 'theirs', reply_to: replyTo }));
    expect(transport.published).toEqual([]);
  });

  test('settles what it cannot decode, and says so', async () => {
    const { receive, lines } = open(async () => expect.fail('nothing to carry out'));
    await receive('no envelope');
    expect(lines).toEqual([expect.stringContaining('NOT_AN_ENVELOPE')]);
  });

  test('rejects where a command that nobody waits for fails, so that it is repeated', async () => {
    const { receive } = open(() => Promise.reject(new Error('no table today')));
    await expect(receive(text({ method: 'revoke' }))).rejects.toThrow('no table today');
  });

  test('tells the client that waits of a fault', async () => {
    const { receive, transport } = open(() => Promise.reject(new Error('no table today')));
    await receive(text({ method: 'active', reply_to: replyTo }));
    const { payload } = await decodePayload(transport.published[0]!.body);
    expect(payload).toEqual({ me: { error: 'Error: no table today' } });
  });

  test('settles a reply for which the queue is gone', async () => {
    const { receive, transport, lines } = open(async () => ({ ok: 'pong' }));
    transport.publish = () => Promise.reject(new Error('There is no SQS queue'));
    await receive(text({ method: 'ping', reply_to: replyTo }));
    expect(lines.at(-1)).toContain('There is no SQS queue');
  });
});
