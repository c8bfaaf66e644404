import { expect, test } from 'vitest';
import { stampRevocationKey, stampRevocationKeysOf } from './stampKeys.ts';

test('a task without stamps has no stamp revocation keys', () => {
  expect(stampRevocationKeysOf({})).toEqual([]);
});

test('a task has the revocation keys of every value of its stamps, given alone or in a list', () => {
  const [first, second] = ['a', 'b'].map((value) => stampRevocationKey('trace', value, 'revoked'));
  expect(stampRevocationKeysOf({ trace: 'a' })).toContain(first);
  expect(stampRevocationKeysOf({ trace: ['a', 'b'] })).toEqual(expect.arrayContaining([first, second]));
  expect(stampRevocationKeysOf({ trace: 'a' })).not.toContain(second);
});

test('stamp revocation keys differ by the name and value of the stamp and by the kind of revocation', () => {
  const keys = [
    stampRevocationKey('trace', 'a', 'revoked'),
    stampRevocationKey('trace', 'a', 'terminated'),
    stampRevocationKey('trac', 'ea', 'revoked'),
    stampRevocationKey('trace', '["a"]', 'revoked'),
  ];
  expect(new Set(keys).size).toBe(keys.length);
  expect(stampRevocationKeysOf({ trace: 'a' })).toEqual(keys.slice(0, 2));
});
