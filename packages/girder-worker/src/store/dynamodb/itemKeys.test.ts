import { expect, test } from 'vitest';
import { itemKeys } from './itemKeys.ts';

/** The output of Python for `str(('celery-task-meta-' + id).encode())`. */
test.each([
  ['2a9dd0c9-d1ee-4fa9', `b'celery-task-meta-2a9dd0c9-d1ee-4fa9'`],
  [`it's`, `b"celery-task-meta-it's"`],
  [`say "it's"`, String.raw`b'celery-task-meta-say "it\'s"'`],
  ['ünïcode-✓', String.raw`b'celery-task-meta-\xc3\xbcn\xc3\xafcode-\xe2\x9c\x93'`],
  ['back\\slash', String.raw`b'celery-task-meta-back\\slash'`],
  ['tab\tnl\n\r\0\x7f', String.raw`b'celery-task-meta-tab\tnl\n\r\x00\x7f'`],
])('the key of the task %j is Python’s bytes literal %s', (id, key) => {
  expect(itemKeys().task(id)).toBe(key);
});

test.each([
  ['', `b'chord-unlock-g'`],
  ['myapp', `b'myapp_chord-unlock-g'`],
  ['myapp:', `b'myapp:chord-unlock-g'`],
  ['my-app.', `b'my-app.chord-unlock-g'`],
])('with the prefix %j, the key of a chord is %s, as in Celery', (prefix, key) => {
  expect(itemKeys(prefix).chord('g')).toBe(key);
});

test('items of different kinds with the same id have different keys', () => {
  const keys = itemKeys();
  const { task, group, chord, stamp, decoding, hop } = keys;
  const all = [task, group, chord, stamp, decoding, hop].map((key) => key('x'));
  expect(new Set([...all, keys.chordShard('x', 1), keys.chordShard('x', 2)]).size).toBe(8);
});
