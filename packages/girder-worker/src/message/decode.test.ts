import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { decode, decodePayload, defaultLimits } from './decode.ts';
import type { DecodeErrorCode } from './errors.ts';
import type { Message } from './message.ts';
import { DateTime } from './values.ts';

interface Parts {
  readonly body?: unknown;
  readonly headers?: unknown;
  readonly properties?: unknown;
  readonly contentType?: unknown;
}

/** The text of an envelope with a plain body, which Python's workers accept. */
function envelope({
  body = '[[1], {}, {}]',
  headers,
  properties = {},
  contentType = 'application/json',
}: Parts): string {
  return JSON.stringify({ body, headers: headers ?? { task: 't', id: 'i' }, properties, 'content-type': contentType });
}

function withHeaders(headers: object): string {
  return envelope({ headers: { task: 't', id: 'i', ...headers } });
}

function compressed(bytes: Buffer, compression: string): string {
  return envelope({
    body: bytes.toString('base64'),
    headers: { task: 't', id: 'i', compression },
    properties: { body_encoding: 'base64' },
  });
}

async function codeOf(text: string): Promise<DecodeErrorCode | 'decoded'> {
  return await decode(text).then(
    () => 'decoded',
    (error: { code: DecodeErrorCode }) => error.code,
  );
}

test('what a message leaves out has the defaults of Celery', async () => {
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
    ignoreResult: false,
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

test('an envelope is read plain, in base64, and with white space around it', async () => {
  const text = envelope({});
  const base64 = Buffer.from(text).toString('base64');
  const [plain, ...others] = await Promise.all([text, base64, ` ${base64}\n`, `\n${text} `].map((one) => decode(one)));
  for (const other of others) expect(other).toEqual(plain);
});

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
    ['is compressed with bzip2', 'UNKNOWN_COMPRESSION', withHeaders({ compression: 'application/x-bz2' })],
    ['is compressed with lzma', 'UNKNOWN_COMPRESSION', withHeaders({ compression: 'application/x-lzma' })],
    ['is not as compressed as it says', 'DECOMPRESSION_FAILED', withHeaders({ compression: 'zlib' })],
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
    expect(await codeOf(text)).toBe(code);
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

describe('compression', () => {
  const text = '[["é"], {}, {}]';
  test.each([
    ['application/x-gzip', deflateSync(text)],
    ['gzip', deflateSync(text)],
    ['zlib', deflateSync(text)],
    ['application/x-brotli', brotliCompressSync(text)],
    ['application/zstd', zstdCompressSync(text)],
  ])('%s is undone', async (compression, bytes) => {
    expect(await decode(compressed(bytes, compression))).toMatchObject({ args: ['é'], headers: {} });
  });

  test.each([
    ['zlib', deflateSync(Buffer.alloc(17 * 1024 * 1024))],
    ['brotli', brotliCompressSync(Buffer.alloc(17 * 1024 * 1024))],
  ])('a %s bomb is refused', async (compression, bytes) => {
    expect(bytes.length).toBeLessThan(20_000);
    expect(await codeOf(compressed(bytes, compression))).toBe('TOO_LARGE');
  });
});

test('a text that is larger than the limit is refused before it is looked at', async () => {
  expect(await codeOf('é'.repeat(defaultLimits.maxBodyBytes / 2 + 1))).toBe('TOO_LARGE');
  expect(await codeOf('é'.repeat(defaultLimits.maxBodyBytes / 2))).toBe('NOT_AN_ENVELOPE');
  await expect(decode(envelope({}), { maxBodyBytes: 10 })).rejects.toMatchObject({ code: 'TOO_LARGE' });
  const packed = compressed(deflateSync('[[1], {}, {}]'), 'zlib');
  await expect(decode(packed, { maxDecompressedBytes: 5 })).rejects.toMatchObject({ code: 'TOO_LARGE' });
});

test('keys of prototypes are own keys of kwargs, headers and properties', async () => {
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

test('headers that Celery never looks at may be of any type', async () => {
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

test('times may be tagged datetimes, as the Python worker takes those, too', async () => {
  const eta = { __type__: 'datetime', __value__: '2030-01-01T00:00:00.000001+02:00' };
  const message = await decode(withHeaders({ eta, expires: '20300101T000000Z' }));
  expect(message).toMatchObject({ eta: '2030-01-01T00:00:00.000001+02:00', expires: '20300101T000000Z' });
  expect(new DateTime(message.expires ?? '').getTime()).toBe(Date.UTC(2030, 0));
});

test('a signature keeps what we do not know, and gets what it leaves out', async () => {
  const body = '[[], {}, {"chain": [{"task": "a", "options": {"x": 1}, "chord_size": 2}]}]';
  const { embed } = await decode(envelope({ body }));
  expect(embed.chain).toEqual([
    { task: 'a', args: [], kwargs: {}, options: { x: 1 }, subtask_type: null, immutable: false, chord_size: 2 },
  ]);
});

test('headers win over a body of protocol 1, where both name the task', async () => {
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

test('a message without a content type is taken for JSON', async () => {
  expect(await decode(envelope({ contentType: null }))).toMatchObject({ args: [1] });
});

test('a message of any kind can be read down to its body', async () => {
  const text = envelope({ body: '{"method": "revoke"}', headers: { clock: 1 } });
  const { envelope: opened, payload } = await decodePayload(text);
  expect(opened.headers).toEqual({ clock: 1 });
  expect(payload).toEqual({ method: 'revoke' });
});
