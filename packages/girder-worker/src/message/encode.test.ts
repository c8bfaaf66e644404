import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EncodeError } from '../kombu/errors.ts';
import { anyText, kombuObjects, kombuValues } from '../kombu/fixtures/values.ts';
import { stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import type { KombuValue } from '../kombu/values.ts';
import { nodeSystem } from '../system/nodeSystem.ts';
import { createVirtualSystem } from '../system/virtualSystem.ts';
import { decode } from './decode.ts';
import { encode, type OutgoingMessage } from './encode.ts';
import type { Message, WireSignature } from './message.ts';

interface Envelope {
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly properties: Readonly<Record<string, unknown>>;
}

function envelopeOf(message: OutgoingMessage, nowMs = 0): Envelope {
  const system = { ...nodeSystem, now: () => nowMs };
  return JSON.parse(Buffer.from(encode(message, system), 'base64').toString()) as Envelope;
}

const id = fc.uuid();
const name = fc.stringMatching(/^[a-z]+(\.[a-z_]+){1,3}$/);
const count = fc.nat();
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const time = fc.constantFrom('2030-01-02T03:04:05.678901+00:00', '2030-01-02T03:04:05', '2030-01-02T03:04:05+02:00');

const signature: fc.Arbitrary<WireSignature<KombuValue>> = fc.record({
  task: name,
  args: fc.array(kombuValues, { maxLength: 2 }),
  kwargs: kombuObjects,
  options: kombuObjects,
  subtask_type: orNull(fc.constantFrom('group', 'chord', 'chain')),
  immutable: fc.boolean(),
});
const signatures = fc.array(signature, { maxLength: 2 });

/** Headers or properties that Celery does not define. */
const custom = kombuObjects.map((object) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [`x-${key}`, value])),
);

const messages: fc.Arbitrary<Message> = fc.record({
  protocol: fc.constant(2 as const),
  task: name,
  id,
  args: fc.array(kombuValues, { maxLength: 3 }),
  kwargs: kombuObjects,
  embed: fc.record({ callbacks: signatures, errbacks: signatures, chain: signatures, chord: orNull(signature) }),
  retries: count,
  eta: orNull(time),
  expires: orNull(time),
  group: orNull(id),
  groupIndex: orNull(count),
  rootId: id,
  parentId: orNull(id),
  correlationId: id,
  replyTo: orNull(id),
  timelimit: fc.record({ hardSeconds: orNull(fc.double({ noNaN: true })), softSeconds: orNull(count) }),
  priority: fc.nat({ max: 9 }),
  shadow: orNull(anyText),
  ignoreResult: fc.option(fc.boolean()),
  replacedTaskNesting: count,
  stamps: kombuObjects,
  stampedHeaders: fc.array(anyText, { maxLength: 3 }),
  origin: anyText,
  argsRepr: anyText,
  kwargsRepr: anyText,
  deliveryInfo: fc.record({ exchange: anyText, routingKey: anyText }),
  headers: custom,
  properties: custom,
});

test('decode returns the message that encode was given', async () => {
  await fc.assert(
    fc.asyncProperty(messages, async (message) => {
      const decoded = await decode(encode(message));
      expect(decoded).toEqual(message);
      expect(stringifyPythonJson(decoded), 'to the last digit').toBe(stringifyPythonJson({ ...decoded, ...message }));
    }),
    { numRuns: 300 },
  );
});

describe('an encoded message with only a task name and an id', () => {
  const envelope = envelopeOf({ task: 't', id: 'i' });

  test('has all headers and properties of a message from Celery', () => {
    expect(envelope.headers).toEqual({
      lang: 'js',
      task: 't',
      id: 'i',
      shadow: null,
      eta: null,
      expires: null,
      group: null,
      group_index: null,
      retries: 0,
      timelimit: [null, null],
      root_id: 'i',
      parent_id: null,
      argsrepr: '()',
      kwargsrepr: '{}',
      origin: expect.stringMatching(/^gen\d+@.+$/),
      ignore_result: false,
      replaced_task_nesting: 0,
      stamped_headers: null,
      stamps: {},
    });
    expect(envelope.properties).toEqual({
      correlation_id: 'i',
      reply_to: '',
      delivery_mode: 2,
      delivery_info: { exchange: '', routing_key: 'celery' },
      priority: 0,
      body_encoding: 'base64',
      delivery_tag: expect.stringMatching(/^[-0-9a-f]{36}$/),
    });
  });

  test('has a body without arguments and continuations', () => {
    const body = Buffer.from(envelope.body, 'base64').toString();
    expect(body).toBe('[[], {}, {"callbacks": null, "errbacks": null, "chain": null, "chord": null}]');
  });

  test('has a different delivery tag each time', () => {
    expect(encode({ task: 't', id: 'i' })).not.toBe(encode({ task: 't', id: 'i' }));
  });
});

test('the headers argsrepr and kwargsrepr show the arguments like Python', () => {
  const { headers } = envelopeOf({ task: 't', id: 'i', args: ['a', undefined], kwargs: { b: [true] } });
  expect(headers).toMatchObject({ argsrepr: "('a', None)", kwargsrepr: "{'b': [True]}" });
});

test('headers and properties of Celery take precedence over custom ones of the same name', () => {
  const { headers, properties } = envelopeOf({
    task: 't',
    id: 'i',
    headers: { id: 'other', mine: 1 },
    properties: { body_encoding: 'none', DelaySeconds: 5 },
  });
  expect(headers).toMatchObject({ id: 'i', mine: 1 });
  expect(properties).toMatchObject({ body_encoding: 'base64', DelaySeconds: 5 });
});

test('expiration is the time until expires in ms, and never negative', () => {
  const expires = '2030-01-01T00:02:00+00:00';
  const now = Date.UTC(2030, 0);
  expect(envelopeOf({ task: 't', id: 'i', expires }, now).properties.expiration).toBe('120000');
  expect(envelopeOf({ task: 't', id: 'i', expires }, now + 200_000).properties.expiration).toBe('0');
  expect(() => encode({ task: 't', id: 'i', expires: 'soon' })).toThrow(EncodeError);
});

test('encode throws an EncodeError for an argument that cannot be serialized', () => {
  expect(() => encode({ task: 't', id: 'i', args: [new Set()] })).toThrow(EncodeError);
});

test('the delivery tag is a random UUID of the system', () => {
  const system = createVirtualSystem({ seed: 5 });
  const text = encode({ task: 't', id: 'i' }, system);
  expect(encode({ task: 't', id: 'i' }, createVirtualSystem({ seed: 5 }))).toBe(text);
});
