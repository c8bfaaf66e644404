import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DecodeError } from '../kombu/errors.ts';
import { decode } from './decode.ts';

/** The values with which a mutation replaces others. */
const invalidValue = fc.oneof(
  fc.constantFrom<unknown>(null, true, -1, 1e308, '', 'x', [], {}, [[]], [null, null, null], '\ud800', '__proto__'),
  fc.constantFrom<unknown>({ toString: 1, valueOf: 1 }, { toJSON: 1 }, { length: 3 }, { task: {} }, { id: [] }),
  fc.constantFrom<unknown>(
    { __type__: 'datetime', __value__: 'x' },
    { __type__: [], __value__: 1 },
    { __type__: 'uuid', __value__: {} },
  ),
  fc.constantFrom<unknown>(
    { 'py/tuple': [[], {}, {}] },
    { 'py/id': 0 },
    { 'py/object': { toString: 1 } },
    { 'py/tuple': [{ 'py/id': 9 }] },
  ),
  fc.integer({ min: 1, max: 1500 }).map((depth) => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Texts that `JSON.stringify` does not write. */
const invalidText = fc.oneof(
  fc.constantFrom(
    'NaN',
    '-Infinity',
    '1e999',
    '{"__proto__": {"task": 1}}',
    '{"constructor": null}',
    '"\\u005f_type__"',
  ),
  fc.nat({ max: 6000 }).map((digits) => '9'.repeat(digits + 1)),
  fc.nat({ max: 3000 }).map((depth) => '['.repeat(depth)),
  fc.nat({ max: 3000 }).map((depth) => '{"a":'.repeat(depth)),
  fc.string({ maxLength: 10 }),
);

const contentTypes = [
  'application/json',
  'application/x-yaml',
  'application/x-msgpack',
  'application/x-python-serialize',
  null,
];

interface Recipe {
  readonly contentType: string | null;
  readonly isBase64: boolean;
  readonly isOuterBase64: boolean;
  /** The path and the value of each replacement in the envelope or in the body. */
  readonly replacements: readonly (readonly [string, unknown])[];
  readonly raw: string | null;
  /** The lengths to which the body and the whole text are truncated, as a fraction of their length. */
  readonly cuts: readonly [number, number];
  readonly flipped: number | null;
}

const paths = [
  'headers',
  'properties',
  'headers.task',
  'headers.id',
  'headers.eta',
  'headers.expires',
  'headers.retries',
  'headers.timelimit',
  'headers.stamps',
  'headers.stamped_headers',
  'headers.compression',
  'headers.group_index',
  'headers.root_id',
  'headers.shadow',
  'headers.argsrepr',
  'headers.__proto__',
  'properties.body_encoding',
  'properties.delivery_info',
  'properties.priority',
  'properties.reply_to',
  'content-type',
  'body.0',
  'body.1',
  'body.2',
  'body.2.callbacks',
  'body.2.chain',
  'body.2.chord',
  'body.args',
  'body.kwargs',
];

const fraction = fc.oneof({ weight: 6, arbitrary: fc.constant(1) }, fc.double({ min: 0, max: 1, noNaN: true }));

const recipes: fc.Arbitrary<Recipe> = fc.record({
  contentType: fc.constantFrom(...contentTypes),
  isBase64: fc.boolean(),
  isOuterBase64: fc.boolean(),
  replacements: fc.array(fc.tuple(fc.constantFrom(...paths), invalidValue), { maxLength: 3 }),
  raw: fc.option(invalidText, { nil: null, freq: 3 }),
  cuts: fc.tuple(fraction, fraction),
  flipped: fc.option(fc.nat({ max: 5000 }), { nil: null, freq: 4 }),
});

/** Returns a valid message after the mutations of a recipe. */
function mutate({
  contentType,
  isBase64,
  isOuterBase64,
  replacements,
  raw,
  cuts: [bodyCut, cut],
  flipped,
}: Recipe): string {
  const draft = {
    headers: { task: 't', id: 'i' } as Record<string, unknown>,
    properties: { body_encoding: isBase64 ? 'base64' : null } as Record<string, unknown>,
    'content-type': contentType,
    body: [[1], { a: 'RAW' }, { callbacks: [{ task: 't' }] }] as unknown,
  };
  for (const [path, value] of replacements) replace(draft, path.split('.'), structuredClone(value));
  const bodyText = JSON.stringify(draft.body).replace('"RAW"', raw ?? '1');
  const body = bodyText.slice(0, Math.ceil(bodyText.length * bodyCut));
  const envelope = { ...draft, body: isBase64 ? Buffer.from(body).toString('base64') : body };
  const text = JSON.stringify(envelope);
  const damaged = flipped === null ? text : flip(text, flipped);
  const whole = damaged.slice(0, Math.ceil(damaged.length * cut));
  return isOuterBase64 ? Buffer.from(whole).toString('base64') : whole;
}

function replace(target: unknown, [key = '', ...rest]: readonly string[], value: unknown): void {
  if (typeof target !== 'object' || target === null) return;
  const record = target as Record<string, unknown>;
  if (rest.length > 0) replace(record[key], rest, value);
  else Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });
}

function flip(text: string, position: number): string {
  const at = position % text.length;
  return text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1);
}

test('a mutated message is decoded, or rejects with a DecodeError, in 6,000 random cases', {
  timeout: 120_000,
}, async () => {
  const seen = { decoded: 0, rejected: new Map<string, number>() };
  await fc.assert(
    fc.asyncProperty(recipes, async (recipe) => {
      const text = mutate(recipe);
      try {
        const message = await decode(text);
        seen.decoded += 1;
        expect([typeof message.task, typeof message.id, Array.isArray(message.args)]).toEqual([
          'string',
          'string',
          true,
        ]);
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
        const { code } = error as DecodeError;
        seen.rejected.set(code, (seen.rejected.get(code) ?? 0) + 1);
      }
    }),
    { numRuns: 6000 },
  );
  expect(seen.decoded, 'messages that are still valid').toBeGreaterThan(100);
  expect(seen.rejected.size, 'different error codes').toBeGreaterThan(6);
  expect('task' in {}, 'prototypes are unchanged').toBe(false);
});
