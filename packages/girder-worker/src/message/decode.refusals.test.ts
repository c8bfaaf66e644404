import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { DecodeErrorCode } from '../kombu/errors.ts';
import { decode } from './decode.ts';
import { compressed, envelope, withHeaders } from './fixtures/envelopes.ts';

describe('a message that cannot be read is refused with the code of its cause', () => {
  test.each<[string, DecodeErrorCode, string]>([
    ['is empty', 'NOT_AN_ENVELOPE', ''],
    ['is no JSON', 'NOT_AN_ENVELOPE', '{'],
    ['is base64 of what is no JSON', 'NOT_AN_ENVELOPE', Buffer.from('hello').toString('base64')],
    ['is base64 of what is no text', 'NOT_AN_ENVELOPE', Buffer.from([255, 254, 253]).toString('base64')],
    ['is a list', 'NOT_AN_ENVELOPE', '[]'],
    ['has no properties', 'NOT_AN_ENVELOPE', '{"body": "", "headers": {}}'],
    ['has properties that are a list', 'HEADER_MALFORMED', envelope({ properties: [] })],
    ['has headers that are a text', 'HEADER_MALFORMED', envelope({ headers: 'x' })],
    ['has a body that is a list', 'BODY_MALFORMED', envelope({ body: [[], {}, {}] })],
    ['names no task', 'NO_TASK_NAME', envelope({ headers: { id: 'i' } })],
    ['names no task in protocol 1', 'NO_TASK_NAME', envelope({ headers: {}, body: '{"id": "i", "args": []}' })],
    ['has a task without a name', 'NO_TASK_NAME', withHeaders({ task: null })],
    ['has no id', 'NO_TASK_ID', withHeaders({ id: null })],
    ['has an id that is a number', 'HEADER_MALFORMED', withHeaders({ id: 5 })],
    ['has an eta that is a number', 'HEADER_MALFORMED', withHeaders({ eta: 1700000000 })],
    ['has an eta that is no time', 'HEADER_MALFORMED', withHeaders({ eta: 'tomorrow' })],
    ['has retries that are a text', 'HEADER_MALFORMED', withHeaders({ retries: '1' })],
    ['has negative retries', 'HEADER_MALFORMED', withHeaders({ retries: -1 })],
    ['has a time limit that is a text', 'HEADER_MALFORMED', withHeaders({ timelimit: ['1', null] })],
    ['has stamps that are a list', 'HEADER_MALFORMED', withHeaders({ stamps: ['a'] })],
    ['has stamped headers that are numbers', 'HEADER_MALFORMED', withHeaders({ stamped_headers: [1] })],
    ['has delivery_info that is a text', 'HEADER_MALFORMED', envelope({ properties: { delivery_info: 'x' } })],
    ['has an unknown body_encoding', 'UNKNOWN_BODY_ENCODING', envelope({ properties: { body_encoding: 'base32' } })],
    ['has an unknown compression', 'UNKNOWN_COMPRESSION', withHeaders({ compression: 'application/x-new' })],
    ['has the compression toString', 'UNKNOWN_COMPRESSION', withHeaders({ compression: 'toString' })],
    ['is not as compressed as it says: zlib', 'DECOMPRESSION_FAILED', withHeaders({ compression: 'zlib' })],
    ['is not as compressed as it says: bzip2', 'DECOMPRESSION_FAILED', withHeaders({ compression: 'bzip2' })],
    ['is not as compressed as it says: lzma', 'DECOMPRESSION_FAILED', withHeaders({ compression: 'lzma' })],
    ['is really gzip', 'DECOMPRESSION_FAILED', compressed(gzipSync('[[], {}, {}]'), 'application/x-gzip')],
    ['is pickle', 'CONTENT_DISALLOWED', envelope({ contentType: 'application/x-python-serialize' })],
    ['has an unknown content type', 'UNKNOWN_CONTENT_TYPE', envelope({ contentType: 'text/plain' })],
    ['has the content type constructor', 'UNKNOWN_CONTENT_TYPE', envelope({ contentType: 'constructor' })],
    ['has a body that is no JSON', 'BODY_MALFORMED', envelope({ body: '[[1], {}' })],
    ['has a body that is no YAML', 'BODY_MALFORMED', envelope({ body: '[[1', contentType: 'application/x-yaml' })],
    ['has a body that is no msgpack', 'BODY_MALFORMED', envelope({ body: 'x', contentType: 'application/x-msgpack' })],
    ['has no content type, and no JSON', 'BODY_MALFORMED', envelope({ body: '- 1', contentType: null })],
    ['has a body that is a text', 'BODY_MALFORMED', envelope({ body: '"x"' })],
    ['has a body of two', 'BODY_MALFORMED', envelope({ body: '[[], {}]' })],
    ['has a body of protocol 1 without args', 'BODY_MALFORMED', envelope({ body: '{}' })],
    ['has args that are an object', 'BODY_MALFORMED', envelope({ body: '[{}, {}, {}]' })],
    ['has kwargs that are a list', 'BODY_MALFORMED', envelope({ body: '[[], [], {}]' })],
    ['has an embed that is a list', 'BODY_MALFORMED', envelope({ body: '[[], {}, []]' })],
    ['has callbacks that are an object', 'BODY_MALFORMED', envelope({ body: '[[], {}, {"callbacks": {}}]' })],
    ['has a callback without a task', 'BODY_MALFORMED', envelope({ body: '[[], {}, {"callbacks": [{}]}]' })],
    ['has a chord that is a text', 'BODY_MALFORMED', envelope({ body: '[[], {}, {"chord": "x"}]' })],
  ])('%s: %s', async (_what, code, text) => {
    await expect(decode(text)).rejects.toMatchObject({ name: 'DecodeError', code });
  });
});

describe('an error says for which task the message was meant', () => {
  test('if the headers do', async () => {
    const identity = { id: 'i', task: 't' };
    await expect(decode(envelope({ body: '[' }))).rejects.toMatchObject({ identity });
    await expect(decode(withHeaders({ eta: 5 }))).rejects.toMatchObject({ identity });
    const uuid = { __type__: 'uuid', __value__: { hex: '12345678123456781234567812345678' } };
    const ofPython = envelope({ body: '[', headers: { task: 't', id: uuid } });
    await expect(decode(ofPython)).rejects.toMatchObject({ identity: { id: '12345678-1234-5678-1234-567812345678' } });
  });

  test('or the body of protocol 1 does', async () => {
    const body = '{"task": "t", "id": "i", "args": 5}';
    await expect(decode(envelope({ body, headers: {} }))).rejects.toMatchObject({ identity: { id: 'i', task: 't' } });
  });

  test('and nothing otherwise', async () => {
    await expect(decode('{}')).rejects.toMatchObject({ identity: undefined });
    await expect(decode(envelope({ headers: { id: 'i' } }))).rejects.toMatchObject({ identity: undefined });
  });
});
