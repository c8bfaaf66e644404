import { deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { decode } from './decode.ts';
import { encode } from './encode.ts';
import { outerText } from './envelope.ts';
import { retryBody } from './retryBody.ts';

const callback = {
  task: 'p.next',
  args: [],
  kwargs: {},
  options: { task_id: 'n' },
  subtask_type: null,
  immutable: false,
};
const sent = encode({
  ...{ task: 'p.task', id: 'id', args: [1], kwargs: { a: 1 }, embed: { callbacks: [callback] } },
  ...{ headers: { 'x-own': 'kept' }, properties: { app_id: 'kept' }, deliveryInfo: { exchange: '', routingKey: 'q' } },
});
const changes = { retries: 1, etaMs: Date.UTC(2026, 0, 1) };

/** The same message in another form of its body. */
function withBody(change: (body: Buffer) => Buffer, headers: object): string {
  const envelope = JSON.parse(outerText(sent));
  envelope.body = change(Buffer.from(envelope.body, 'base64')).toString('base64');
  Object.assign(envelope.headers, headers);
  return JSON.stringify(envelope);
}

async function retried(body: string, more: object = {}) {
  return decode(retryBody(body, await decode(body), { ...changes, ...more }));
}

test('a retry has the arguments of its message, a higher count of retries and an eta', async () => {
  const { argsRepr, ...message } = await decode(sent);
  const expected = { ...message, retries: 1, eta: '2026-01-01T00:00:00.000000+00:00', parentId: 'id' };
  expect(await retried(sent)).toMatchObject({ ...expected, argsRepr, properties: { app_id: 'kept' } });
});

test.each([
  ['as it is', sent],
  ['compressed', withBody((body) => deflateSync(body), { compression: 'application/x-gzip' })],
])('a retry with other arguments keeps all else of its message: %s', async (_, body) => {
  const message = await decode(body);
  const args = [2, 2n ** 70n];
  expect(await retried(body, { arguments: { args, kwargs: { b: 3 } } })).toEqual({
    ...message,
    ...{ args, kwargs: { b: 3 }, argsRepr: '(2, 1180591620717411303424)', kwargsRepr: "{'b': 3}" },
    ...{ retries: 1, eta: '2026-01-01T00:00:00.000000+00:00', parentId: 'id' },
    properties: { app_id: 'kept', origin: message.origin },
  });
});

test('a retry with other arguments of a message in protocol 1 has them, too', async () => {
  const body = { task: 'p.task', id: 'id', args: [1], kwargs: {}, retries: 0 };
  const text = JSON.stringify({
    body: Buffer.from(JSON.stringify(body)).toString('base64'),
    ...{ 'content-type': 'application/json', 'content-encoding': 'utf-8', headers: {} },
    properties: { body_encoding: 'base64', delivery_tag: 'd', delivery_info: { exchange: '', routing_key: 'q' } },
  });
  expect(await retried(text, { arguments: { args: [5], kwargs: {} } })).toMatchObject({ args: [5], retries: 1 });
});

test.each([1, 2] as const)(
  'a retry with other arguments still hides them if its sender does, in protocol %i',
  async (protocol) => {
    const hidden = { argsRepr: "('***',)", kwargsRepr: '{...}' };
    const secret = { task: 'p.task', id: 'id', args: ['secret'], kwargs: { a: 'secret' } };
    const message = { ...(await decode(encode({ ...secret, ...hidden }))), protocol };
    const arguments_ = { args: ['other secret'], kwargs: { a: 'other secret' } };
    const body = retryBody(encode({ ...secret, ...hidden }), message, { ...changes, arguments: arguments_ });
    expect(await decode(body)).toMatchObject({ ...arguments_, ...hidden });
  },
);

test.each([
  ['2', sent],
  [
    '1',
    JSON.stringify({
      body: Buffer.from(JSON.stringify({ task: 'p.task', id: 'id', args: [1], kwargs: {} })).toString('base64'),
      ...{ 'content-type': 'application/json', 'content-encoding': 'utf-8', headers: { 'x-own': 'kept' } },
      properties: { body_encoding: 'base64', delivery_tag: 'd', delivery_info: { exchange: '', routing_key: 'q' } },
    }),
  ],
])('a retry of a message in protocol %s has the custom headers that are given besides its own', async (_, body) => {
  const own = (await decode(body)).headers;
  const { headers } = await retried(body, { headers: { traceparent: 'new' } });
  expect(headers).toEqual({ ...own, traceparent: 'new' });
});
