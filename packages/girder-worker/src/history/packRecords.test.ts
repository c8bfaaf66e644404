import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newRecord } from './fixtures/records.ts';
import { packRecords, unpackRecords } from './packRecords.ts';

/** What the key and the other attributes of an item take. */
const otherBytes = 144;

test('records that are stored and read are the same', () => {
  const text = fc.string({ maxLength: 20 });
  const changes = fc.record({
    ...{ id: text, task: text, rootId: text, args: text, kwargs: text, parentId: fc.option(text) },
    ...{ group: fc.option(text), error: fc.option(text), startedMs: fc.option(fc.nat()), endedMs: fc.nat() },
    follows: fc.array(fc.record({ kind: fc.constant('chain' as const), id: text, task: text }), { maxLength: 2 }),
  });
  fc.assert(
    fc.property(changes, (change) => {
      const given = [newRecord(change)];
      expect(unpackRecords(packRecords(given))).toEqual(given);
    }),
  );
});

test.each([1, 2, 4, 10, 50])(
  'the item of %i runs takes a quarter of a write unit for each, and one unit at least, however long their arguments and errors are',
  (count) => {
    const long = () => randomBytes(1024).toString('base64').slice(0, 1024);
    const records = Array.from({ length: count }, () =>
      newRecord({ args: long(), kwargs: long(), error: long(), parentId: crypto.randomUUID() }),
    );
    const bytes = packRecords(records).length + otherBytes;
    expect(bytes).toBeLessThanOrEqual(Math.max(1024, 256 * count));
    expect(unpackRecords(packRecords(records)).map(({ id }) => id)).toEqual(records.map(({ id }) => id));
  },
);

test('what is cut ends in an ellipsis', () => {
  const [record] = unpackRecords(packRecords([newRecord({ args: randomBytes(2000).toString('base64') })]));
  expect(record!.args).toMatch(/^.{100,}…$/);
});

test('bytes that expand to more than any item are refused', async () => {
  const { deflateRawSync } = await import('node:zlib');
  expect(() => unpackRecords(deflateRawSync(Buffer.alloc(5 * 1024 * 1024)))).toThrow(RangeError);
});
