import { expect, test } from 'vitest';
import { DateTime, Decimal } from '../../kombu/values.ts';
import { withCallbacks, withErrbacks } from './links.ts';
import { taskOf, type WireSignature } from './signature.ts';

function linksOf(first: WireSignature, second: WireSignature): number {
  const { link } = withCallbacks(withCallbacks(taskOf('t'), [first]), [second]).options;
  return (link as unknown[]).length;
}

test('an equal signature is linked once, whatever the order of its keys', () => {
  expect(linksOf(taskOf('a', [1], { x: 1, y: [2] }), taskOf('a', [1], { y: [2], x: 1 }))).toBe(1);
  expect(linksOf(taskOf('a', [new Decimal('1.0')]), taskOf('a', [new Decimal('1.0')]))).toBe(1);
});

test.each<[what: string, one: unknown, other: unknown]>([
  ['a number and its text', 1, '1'],
  ['an integer and a bigint', 1, 1n],
  ['0 and -0', 0, -0],
  ['null and the text null', null, 'null'],
  ['two Decimals of other digits', new Decimal('1.0'), new Decimal('1.00')],
  ['a Decimal and its text', new Decimal('1.0'), '1.0'],
  ['two times', new DateTime('2026-01-01T00:00:00Z'), new DateTime('2026-01-01T00:00:01Z')],
  ['a list and an object with its indexes', ['x'], { 0: 'x' }],
  ['nested lists of other shape', [[1], 2], [1, [2]]],
  ['an object and an empty one', { constructor: null }, {}],
])('signatures that differ in %s are both linked', (_, one, other) => {
  expect(linksOf(taskOf('a', [one]), taskOf('a', [other]))).toBe(2);
});

test('linking twice as many signatures reads each of them once', () => {
  const reads = (count: number) => {
    let read = 0;
    const counted = (i: number, name: string) => {
      const get = () => {
        read++;
        return i;
      };
      const args = Object.defineProperty([], 0, { enumerable: true, get }) as unknown[];
      return taskOf(name, args);
    };
    const links = (name: string) => Array.from({ length: count }, (_, i) => counted(i, name));
    withErrbacks(withErrbacks(taskOf('t'), links('a')), links('b'));
    return read;
  };
  expect(reads(400)).toBeLessThanOrEqual(2 * reads(200));
});
