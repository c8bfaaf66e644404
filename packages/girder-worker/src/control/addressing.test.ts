import { describe, expect, test } from 'vitest';
import { isAddressedTo } from './addressing.ts';

const node = 'girder-worker@stack-dev-dispatcher';
const toAllNodes = { method: 'ping', arguments: {}, destination: null, pattern: null, matcher: null, replyTo: null };

test('a command without a destination is addressed to all nodes', () => {
  expect(isAddressedTo(node, toAllNodes)).toBe(true);
});

test('a destination addresses the nodes that it lists, whatever the pattern', () => {
  expect(isAddressedTo(node, { ...toAllNodes, destination: ['celery@a', node] })).toBe(true);
  expect(isAddressedTo(node, { ...toAllNodes, destination: ['celery@a'], pattern: '*', matcher: 'glob' })).toBe(false);
});

test('a pattern without a matcher addresses all nodes, as in Kombu', () => {
  expect(isAddressedTo(node, { ...toAllNodes, pattern: 'celery@*' })).toBe(true);
});

// The expected values are those of Python's fnmatch and re.match.
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
  ['unknown', 'girder', false],
] as const)('the %s pattern %s', (matcher, pattern, expected) => {
  test(expected ? 'matches the node name' : 'does not match the node name', () => {
    expect(isAddressedTo(node, { ...toAllNodes, matcher, pattern })).toBe(expected);
  });
});
