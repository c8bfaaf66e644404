import { describe, expect, test } from 'vitest';
import { decodePayload } from '../message/decode.ts';
import { createRecordedTransport } from '../transport/fixtures/recordedTransport.ts';
import type { ControlNode } from './controlNode.ts';
import { createPidbox } from './pidbox.ts';

const replyTo = { exchange: 'reply.celery.pidbox', routing_key: 'oid' };

function text(command: object): string {
  const body = Buffer.from(JSON.stringify(command)).toString('base64');
  const properties = { body_encoding: 'base64' };
  return JSON.stringify({ body, 'content-type': 'application/json', headers: { clock: 1 }, properties });
}

function open(control: ControlNode) {
  const transport = createRecordedTransport();
  const lines: string[] = [];
  const append = (line: string) => lines.push(line);
  const log = { info: append, warn: append, error: append };
  return { receive: createPidbox({ node: 'me', control, transport, log }), transport, lines };
}

describe('a pidbox', () => {
  test('sends one reply to the reply queue of the client', async () => {
    const { receive, transport } = open(async () => ({ ok: 'pong' }));
    await receive(text({ method: 'ping', ticket: 't', reply_to: replyTo }));
    expect(transport.published.map(({ options }) => options)).toEqual([{ queue: 'oid.reply.celery.pidbox' }]);
    const { payload, envelope } = await decodePayload(transport.published[0]!.body);
    expect(payload).toEqual({ me: { ok: 'pong' } });
    expect(envelope.headers).toMatchObject({ ticket: 't' });
  });

  test('sends no reply to a command without a reply queue, nor to one for other nodes', async () => {
    const { receive, transport } = open(async ({ method }) => (method === 'mine' ? { ok: 1 } : undefined));
    await receive(text({ method: 'mine' }));
    await receive(text({ method: 'theirs', reply_to: replyTo }));
    expect(transport.published).toEqual([]);
  });

  test('logs a command that it cannot decode, and resolves', async () => {
    const { receive, lines } = open(async () => expect.fail('no command to execute'));
    await receive('no envelope');
    expect(lines).toEqual([expect.stringContaining('NOT_AN_ENVELOPE')]);
  });

  test('rejects if a command without a reply queue fails, so that it is repeated', async () => {
    const { receive } = open(() => Promise.reject(new Error('no table today')));
    await expect(receive(text({ method: 'revoke' }))).rejects.toThrow('no table today');
  });

  test('sends the error to the client that waits if a command fails', async () => {
    const { receive, transport } = open(() => Promise.reject(new Error('no table today')));
    await receive(text({ method: 'active', reply_to: replyTo }));
    const { payload } = await decodePayload(transport.published[0]!.body);
    expect(payload).toEqual({ me: { error: 'Error: no table today' } });
  });

  test('logs a reply whose queue does not exist, and resolves', async () => {
    const { receive, transport, lines } = open(async () => ({ ok: 'pong' }));
    transport.publish = () => Promise.reject(new Error('There is no SQS queue'));
    await receive(text({ method: 'ping', reply_to: replyTo }));
    expect(lines.at(-1)).toContain('There is no SQS queue');
  });
});
