import { brotliCompressSync, deflateSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { bytesIn, gigabyte, inPython } from '../kombu/fixtures/compression.ts';
import { DateTime } from '../kombu/values.ts';
import { decode, decodePayload, defaultLimits, taskNamedIn } from './decode.ts';
import { compressed, envelope, withHeaders } from './fixtures/envelopes.ts';
import { maxIdBytes, maxNameCharacters, maxStampValues } from './limits.ts';
import type { Message } from './message.ts';

test('fields that a message leaves out get the defaults of Celery', async () => {
  expect(await decode(envelope({}))).toStrictEqual({
    protocol: 2,
    task: 't',
    id: 'i',
    args: [1],
    kwargs: {},
    embed: { callbacks: [], errbacks: [], chain: [], chord: null },
    retries: 0,
    eta: null,
    expires: null,
    group: null,
    groupIndex: null,
    rootId: 'i',
    parentId: null,
    correlationId: 'i',
    replyTo: null,
    timelimit: { hardSeconds: null, softSeconds: null },
    priority: 0,
    shadow: null,
    ignoreResult: null,
    replacedTaskNesting: 0,
    stamps: {},
    stampedHeaders: [],
    origin: null,
    argsRepr: null,
    kwargsRepr: null,
    deliveryInfo: { exchange: '', routingKey: '' },
    headers: {},
    properties: {},
  } satisfies Message);
});

test('an envelope is decoded plain, in base64, and with white space around it', async () => {
  const text = envelope({});
  const base64 = Buffer.from(text).toString('base64');
  const [plain, ...others] = await Promise.all([text, base64, ` ${base64}\n`, `\n${text} `].map((one) => decode(one)));
  for (const other of others) expect(other).toEqual(plain);
});

describe('a compressed body', () => {
  const text = '[["é"], {}, {}]';
  test.each([
    ['application/x-gzip', deflateSync(text)],
    ['gzip', deflateSync(text)],
    ['zlib', deflateSync(text)],
    ['application/x-brotli', brotliCompressSync(text)],
    ['application/zstd', zstdCompressSync(text)],
    ['application/x-bz2', bytesIn(inPython.bzip2.body)],
    ['bzip2', bytesIn(inPython.bzip2.body)],
    ['bzip', bytesIn(inPython.bzip2.body)],
    ['application/x-lzma', bytesIn(inPython.xz.body)],
    ['lzma', bytesIn(inPython.xz.body)],
    ['xz', bytesIn(inPython.xz.body)],
  ])('is decompressed with %s', async (compression, bytes) => {
    expect(await decode(compressed(bytes, compression))).toMatchObject({ args: ['é'], headers: {} });
  });

  test.each([
    ['zlib', deflateSync(Buffer.alloc(17 * 1024 * 1024))],
    ['brotli', brotliCompressSync(Buffer.alloc(17 * 1024 * 1024))],
    ['bzip2', gigabyte.bzip2],
    ['lzma', gigabyte.xz],
  ])('that is a %s bomb rejects with TOO_LARGE', async (compression, bytes) => {
    expect(bytes.length).toBeLessThan(200_000);
    await expect(decode(compressed(bytes, compression))).rejects.toMatchObject({ code: 'TOO_LARGE' });
  });
});

test('a text that is larger than the limit rejects with TOO_LARGE before it is parsed', async () => {
  const atLimit = 'é'.repeat(defaultLimits.maxBodyBytes / 2);
  await expect(decode(`${atLimit}é`)).rejects.toMatchObject({ code: 'TOO_LARGE' });
  await expect(decode(atLimit)).rejects.toMatchObject({ code: 'NOT_AN_ENVELOPE' });
  await expect(decode(envelope({}), { maxBodyBytes: 10 })).rejects.toMatchObject({ code: 'TOO_LARGE' });
  const packed = compressed(deflateSync('[[1], {}, {}]'), 'zlib');
  await expect(decode(packed, { maxDecompressedBytes: 5 })).rejects.toMatchObject({ code: 'TOO_LARGE' });
});

test('keys such as __proto__ become own keys of kwargs, headers and properties', async () => {
  const body = '[[], {"__proto__": {"a": 1}, "constructor": 2}, {}]';
  const headers = '{"task": "t", "id": "i", "__proto__": {"b": 1}, "toString": 3}';
  const text = `{"body": ${JSON.stringify(body)}, "headers": ${headers}, "properties": {"__proto__": {"c": 1}}}`;
  const message = await decode(text);
  expect(Object.entries(message.kwargs)).toEqual([
    ['__proto__', { a: 1 }],
    ['constructor', 2],
  ]);
  expect(Object.entries(message.headers)).toEqual([
    ['__proto__', { b: 1 }],
    ['toString', 3],
  ]);
  expect(Object.entries(message.properties)).toEqual([['__proto__', { c: 1 }]]);
  for (const record of [message.kwargs, message.headers, message.properties]) {
    expect(Object.getPrototypeOf(record)).toBe(Object.prototype);
  }
});

test('headers that Celery does not use may have any type', async () => {
  const odd = { shadow: 5, origin: ['a'], argsrepr: { a: null }, ignore_result: null, lang: 7 };
  expect(await decode(withHeaders(odd))).toMatchObject({ shadow: '5', origin: "['a']", argsRepr: "{'a': None}" });
  const properties = { correlation_id: 7, reply_to: '', priority: 'high', expiration: 5, mine: 1 };
  expect(await decode(envelope({ properties }))).toMatchObject({
    correlationId: '7',
    replyTo: null,
    priority: 0,
    properties: { mine: 1 },
  });
});

test('times may be tagged datetimes, like for the Python worker', async () => {
  const eta = { __type__: 'datetime', __value__: '2030-01-01T00:00:00.000001+02:00' };
  const message = await decode(withHeaders({ eta, expires: '20300101T000000Z' }));
  expect(message).toMatchObject({ eta: '2030-01-01T00:00:00.000001+02:00', expires: '20300101T000000Z' });
  expect(new DateTime(message.expires ?? '').getTime()).toBe(Date.UTC(2030, 0));
});

test('a signature keeps unknown fields, and gets the fields that it leaves out', async () => {
  const body = '[[], {}, {"chain": [{"task": "a", "options": {"x": 1}, "chord_size": 2}]}]';
  const { embed } = await decode(envelope({ body }));
  expect(embed.chain).toEqual([
    { task: 'a', args: [], kwargs: {}, options: { x: 1 }, subtask_type: null, immutable: false, chord_size: 2 },
  ]);
});

test('null in a signature has the same meaning as a missing field, like in Celery', async () => {
  const body = '[[], {}, {"callbacks": [{"task": "a", "args": null, "kwargs": null, "options": null}]}]';
  const { embed } = await decode(envelope({ body }));
  expect(embed.callbacks).toMatchObject([{ task: 'a', args: [], kwargs: {}, options: {} }]);
});

test.each([
  [1, true],
  [0, false],
  [null, null],
])('the header ignore_result is read by the truth of Python: %j', async (ignore_result, ignoreResult) => {
  expect(await decode(withHeaders({ ignore_result }))).toMatchObject({ ignoreResult });
});

test('headers take precedence over a body of protocol 1 if both name the task', async () => {
  const body =
    '{"task": "old", "id": "i", "args": [1], "kwargs": {"a": 2}, "retries": 3, "taskset": "g", "chord": null}';
  const message = await decode(envelope({ body, headers: { task: 'new', id: 'i', mine: true } }));
  expect(message).toMatchObject({
    protocol: 1,
    task: 'new',
    args: [1],
    kwargs: { a: 2 },
    retries: 3,
    group: 'g',
    headers: { mine: true },
  });
});

test('a message without a content type is read as JSON', async () => {
  expect(await decode(envelope({ contentType: null }))).toMatchObject({ args: [1] });
});

test('decodePayload decodes the envelope and the body of a message that is not a task', async () => {
  const text = envelope({ body: '{"method": "revoke"}', headers: { clock: 1 } });
  const { envelope: opened, payload } = await decodePayload(text);
  expect(opened.headers).toEqual({ clock: 1 });
  expect(payload).toEqual({ method: 'revoke' });
});

describe('taskNamedIn', () => {
  test('reads the headers only: a body that cannot be decoded does not matter', async () => {
    const text = envelope({ headers: { task: 't', id: 'i' }, body: 'no JSON' });
    expect(await taskNamedIn(text)).toEqual({ task: 't', id: 'i' });
  });

  test('reads the body of protocol 1', async () => {
    const text = envelope({ headers: {}, body: '{"task": "t", "id": "i", "args": [], "kwargs": {}}' });
    expect(await taskNamedIn(text)).toEqual({ task: 't', id: 'i' });
  });

  test.each(['not JSON', '{}', envelope({ headers: {}, body: 'no JSON' }), envelope({ headers: { task: 't' } })])(
    'is undefined for %s',
    async (text) => {
      expect(await taskNamedIn(text)).toBeUndefined();
    },
  );
});

test(`a message may have ${maxStampValues} values of stamps`, async () => {
  const stamps = { trace: Array.from({ length: maxStampValues }, (_, i) => i) };
  expect((await decode(withHeaders({ stamps }))).stamps).toEqual(stamps);
});

test(`a message may have ids of ${maxIdBytes} bytes, and a task name of ${maxNameCharacters} characters`, async () => {
  const headers = {
    task: 't'.repeat(maxNameCharacters),
    id: 'é'.repeat(maxIdBytes / 2),
    group: 'g'.repeat(maxIdBytes),
  };
  expect(await decode(withHeaders(headers))).toMatchObject(headers);
});

test('an error names no task whose id cannot be stored', async () => {
  const text = envelope({ headers: { task: 't', id: '\ud800' }, body: 'no JSON' });
  await expect(decode(text)).rejects.toMatchObject({ code: 'BODY_MALFORMED', identity: undefined });
});
