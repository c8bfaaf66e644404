import { expect, test } from 'vitest';
import { readMsgpack } from './msgpackReader.ts';

// Python's packb(…, use_bin_type=True) wrote the bytes.

function read(hex: string): unknown {
  return readMsgpack(Buffer.from(hex, 'hex'));
}

test.each<[string, unknown]>([
  ['c0', null],
  ['c2', false],
  ['c3', true],
  ['7f', 127],
  ['e0', -32],
  ['cc80', 128],
  ['cd0100', 256],
  ['ce00010000', 65536],
  ['cf001fffffffffffff', Number.MAX_SAFE_INTEGER],
  ['cf0020000000000001', 2n ** 53n + 1n],
  ['d0df', -33],
  ['d1ff7f', -129],
  ['d2ffff7fff', -32769],
  ['d3ffffffff7fffffff', -(2 ** 31) - 1],
  ['d38000000000000000', -(2n ** 63n)],
  ['ca3fc00000', 1.5],
  ['cb3ff8000000000000', 1.5],
  ['cb7ff8000000000000', Number.NaN],
  ['a2c3a9', 'é'],
  ['d903616263', 'abc'],
  ['da0003616263', 'abc'],
  ['c40161', Buffer.from('a')],
  ['c5000161', Buffer.from('a')],
  ['930102c0', [1, 2, null]],
  ['dc0001c0', [null]],
  ['82a16101a16290', { a: 1, b: [] }],
  ['de0001a16101', { a: 1 }],
])('the bytes %s are read as %o', (hex, value) => {
  expect(read(hex)).toEqual(value);
});

test('a key __proto__ becomes an own key', () => {
  const value = read('81a95f5f70726f746f5f5f81a16101') as object;
  expect(Object.keys(value)).toEqual(['__proto__']);
  expect('a' in value).toBe(false);
});

test.each([
  ['', 'is truncated'],
  ['92c0', 'is truncated'],
  ['d9ff61', 'is truncated'],
  ['c0c0', 'follow the end'],
  ['c1', 'invalid type'],
  ['d401ff', 'an extension'],
  ['a1ff', 'not UTF-8'],
  ['8101c0', 'a key that is not a string'],
  ['91'.repeat(1200), 'nested deeper'],
])('the bytes %s throw a RangeError with the text "%s"', (hex, complaint) => {
  expect(() => read(hex)).toThrow(RangeError);
  expect(() => read(hex)).toThrow(complaint);
});

test('100 arrays that claim 2^31 items, but have none, take less than 50 MB of memory', () => {
  const before = process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
  expect(() => read('dd7fffffff'.repeat(100))).toThrow('is truncated');
  expect(process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed - before).toBeLessThan(50e6);
});
