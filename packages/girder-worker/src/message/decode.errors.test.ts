import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { DecodeErrorCode } from '../kombu/errors.ts';
import { decode } from './decode.ts';
import { compressed, envelope, withHeaders } from './fixtures/envelopes.ts';
import { maxIdBytes, maxNameCharacters, maxStampValues } from './limits.ts';

describe('decode rejects a message with a code for the cause, if the message', () => {
  test.each<[string, DecodeErrorCode, string]>([
    ['is empty', 'NOT_AN_ENVELOPE', ''],
    ['is not JSON', 'NOT_AN_ENVELOPE', '{'],
    ['is base64 of a text that is not JSON', 'NOT_AN_ENVELOPE', Buffer.from('hello').toString('base64')],
    ['is base64 of bytes that are not UTF-8', 'NOT_AN_ENVELOPE', Buffer.from([255, 254, 253]).toString('base64')],
    ['is a list', 'NOT_AN_ENVELOPE', '[]'],
    ['has no properties', 'NOT_AN_ENVELOPE', '{"body": "", "headers": {}}'],
    ['has a list as properties', 'HEADER_MALFORMED', envelope({ properties: [] })],
    ['has a string as headers', 'HEADER_MALFORMED', envelope({ headers: 'x' })],
    ['has a list as the body of the envelope', 'BODY_MALFORMED', envelope({ body: [[], {}, {}] })],
    ['has no task name in protocol 2', 'NO_TASK_NAME', envelope({ headers: { id: 'i' } })],
    ['has no task name in protocol 1', 'NO_TASK_NAME', envelope({ headers: {}, body: '{"id": "i", "args": []}' })],
    ['has null as the task name', 'NO_TASK_NAME', withHeaders({ task: null })],
    ['has no id', 'NO_TASK_ID', withHeaders({ id: null })],
    ['has a number as id', 'HEADER_MALFORMED', withHeaders({ id: 5 })],
    ['has an id with one half of a surrogate pair', 'HEADER_MALFORMED', withHeaders({ id: '\ud800' })],
    [
      'has an id that is longer than the limit',
      'HEADER_MALFORMED',
      withHeaders({ id: 'é'.repeat(maxIdBytes / 2 + 1) }),
    ],
    [
      'has a group that is longer than the limit',
      'HEADER_MALFORMED',
      withHeaders({ group: 'g'.repeat(maxIdBytes + 1) }),
    ],
    [
      'has a task name that is longer than the limit',
      'HEADER_MALFORMED',
      withHeaders({ task: 't'.repeat(maxNameCharacters + 1) }),
    ],
    ['has a number as eta', 'HEADER_MALFORMED', withHeaders({ eta: 1700000000 })],
    ['has an eta that is not ISO 8601', 'HEADER_MALFORMED', withHeaders({ eta: 'tomorrow' })],
    ['has a string as retries', 'HEADER_MALFORMED', withHeaders({ retries: '1' })],
    ['has negative retries', 'HEADER_MALFORMED', withHeaders({ retries: -1 })],
    ['has a string as time limit', 'HEADER_MALFORMED', withHeaders({ timelimit: ['1', null] })],
    ['has a list as stamps', 'HEADER_MALFORMED', withHeaders({ stamps: ['a'] })],
    [
      'has more values of stamps than the limit',
      'TOO_LARGE',
      withHeaders({ stamps: { trace: Array.from({ length: maxStampValues }, (_, i) => i), one: 'more' } }),
    ],
    ['has numbers as stamped headers', 'HEADER_MALFORMED', withHeaders({ stamped_headers: [1] })],
    ['has a string as delivery_info', 'HEADER_MALFORMED', envelope({ properties: { delivery_info: 'x' } })],
    ['has an unknown body_encoding', 'UNKNOWN_BODY_ENCODING', envelope({ properties: { body_encoding: 'base32' } })],
    ['has an unknown compression', 'UNKNOWN_COMPRESSION', withHeaders({ compression: 'application/x-new' })],
    ['has the compression toString', 'UNKNOWN_COMPRESSION', withHeaders({ compression: 'toString' })],
    [
      'is not compressed with zlib, although its header says so',
      'DECOMPRESSION_FAILED',
      withHeaders({ compression: 'zlib' }),
    ],
    [
      'is not compressed with bzip2, although its header says so',
      'DECOMPRESSION_FAILED',
      withHeaders({ compression: 'bzip2' }),
    ],
    [
      'is not compressed with lzma, although its header says so',
      'DECOMPRESSION_FAILED',
      withHeaders({ compression: 'lzma' }),
    ],
    [
      'is compressed with gzip, and not with zlib',
      'DECOMPRESSION_FAILED',
      compressed(gzipSync('[[], {}, {}]'), 'application/x-gzip'),
    ],
    ['is pickle', 'CONTENT_DISALLOWED', envelope({ contentType: 'application/x-python-serialize' })],
    ['has an unknown content type', 'UNKNOWN_CONTENT_TYPE', envelope({ contentType: 'text/plain' })],
    ['has the content type constructor', 'UNKNOWN_CONTENT_TYPE', envelope({ contentType: 'constructor' })],
    ['has a body that is not JSON', 'BODY_MALFORMED', envelope({ body: '[[1], {}' })],
    ['has a body that is not YAML', 'BODY_MALFORMED', envelope({ body: '[[1', contentType: 'application/x-yaml' })],
    ['has a body that is not msgpack', 'BODY_MALFORMED', envelope({ body: 'x', contentType: 'application/x-msgpack' })],
    ['has no content type and a body that is not JSON', 'BODY_MALFORMED', envelope({ body: '- 1', contentType: null })],
    ['has a string as task body', 'BODY_MALFORMED', envelope({ body: '"x"' })],
    ['has a task body of two items', 'BODY_MALFORMED', envelope({ body: '[[], {}]' })],
    ['has a body of protocol 1 without args', 'BODY_MALFORMED', envelope({ body: '{}' })],
    ['has an object as args', 'BODY_MALFORMED', envelope({ body: '[{}, {}, {}]' })],
    ['has a list as kwargs', 'BODY_MALFORMED', envelope({ body: '[[], [], {}]' })],
    ['has a list as embed', 'BODY_MALFORMED', envelope({ body: '[[], {}, []]' })],
    ['has an object as callbacks', 'BODY_MALFORMED', envelope({ body: '[[], {}, {"callbacks": {}}]' })],
    ['has a callback without a task', 'BODY_MALFORMED', envelope({ body: '[[], {}, {"callbacks": [{}]}]' })],
    ['has a string as chord', 'BODY_MALFORMED', envelope({ body: '[[], {}, {"chord": "x"}]' })],
  ])('%s: %s', async (_what, code, text) => {
    await expect(decode(text)).rejects.toMatchObject({ name: 'DecodeError', code });
  });
});

describe('the identity of a DecodeError', () => {
  test('is the task in the headers', async () => {
    const identity = { id: 'i', task: 't' };
    await expect(decode(envelope({ body: '[' }))).rejects.toMatchObject({ identity });
    await expect(decode(withHeaders({ eta: 5 }))).rejects.toMatchObject({ identity });
    const uuid = { __type__: 'uuid', __value__: { hex: '12345678123456781234567812345678' } };
    const ofPython = envelope({ body: '[', headers: { task: 't', id: uuid } });
    await expect(decode(ofPython)).rejects.toMatchObject({ identity: { id: '12345678-1234-5678-1234-567812345678' } });
  });

  test('is the task in a body of protocol 1', async () => {
    const body = '{"task": "t", "id": "i", "args": 5}';
    await expect(decode(envelope({ body, headers: {} }))).rejects.toMatchObject({ identity: { id: 'i', task: 't' } });
  });

  test('is undefined if the message does not have task and id', async () => {
    await expect(decode('{}')).rejects.toMatchObject({ identity: undefined });
    await expect(decode(envelope({ headers: { id: 'i' } }))).rejects.toMatchObject({ identity: undefined });
  });
});
