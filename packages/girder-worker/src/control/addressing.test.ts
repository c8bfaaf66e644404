import { describe, expect, test } from 'vitest';
import { isAddressedTo } from './addressing.ts';

const node = 'girder-worker@stack-dev-dispatcher';
const everybody = { method: 'ping', arguments: {}, destination: null, pattern: null, matcher: null, replyTo: null };

test('a command without a destination is for everybody', () => {
  expect(isAddressedTo(node, everybody)).toBe(true);
});

test('a destination is for those that it lists, whatever the pattern', () => {
  expect(isAddressedTo(node, { ...everybody, destination: ['celery@a', node] })).toBe(true);
  expect(isAddressedTo(node, { ...everybody, destination: ['celery@a'], pattern: '*', matcher: 'glob' })).toBe(false);
});

test('a pattern without a matcher is for everybody, as to Kombu', () => {
  expect(isAddressedTo(node, { ...everybody, pattern: 'celery@*' })).toBe(true);
});

// The expectations are what Python's fnmatch and re.match say.
describe.each([
  ['glob', 'girder-worker@*', true],
  ['glob', 'girder-worker', false],
  ['glob', 'girder.worker*', false],
  ['glob', '*-dispatche?', true],
  ['glob', '[a-g]irder*', true],
  ['glob', '[!a-g]irder*', false],
  ['glob', '[]g]irder*', true],
  ['glob', '[girder*', false],
  ['pcre', 'girder', true],
  ['pcre', 'worker', false],
  ['pcre', String.raw`girder-\w+@.*$`, true],
  ['pcre', '(', false],
  ['somebody-elses', 'girder', false],
] as const)('the %s %s', (matcher, pattern, expected) => {
  test(expected ? 'matches' : 'does not match', () => {
    expect(isAddressedTo(node, { ...everybody, matcher, pattern })).toBe(expected);
  });
});
