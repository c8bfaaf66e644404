import { describe, expect, test } from 'vitest';
import { isAddressedTo, maxPatternLength } from './addressing.ts';
import { globMatches } from './glob.ts';

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
  ['glob', '*[0-9]*', false],
  ['glob', '*[a-]stack*', false],
  ['glob', '*[!@]stack*', false],
  ['glob', '*[@-]stack*', true],
  ['glob', '*-*-*', true],
  ['glob', '', false],
  ['glob', '**', true],
  ['glob', '[]', false],
  ['glob', '[!]*', false],
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

describe('a pattern of an attacker', () => {
  test.each(['(a+)+$', String.raw`(?:\w|-)+#`, '(.*)*x', '(?:[a-z@-]|[a-z@-])+#'])(
    'such as the expression %s, which backtracks without end, matches no node, and ends',
    (pattern) => {
      const name = `${'a'.repeat(200)}!`;
      expect(isAddressedTo(name, { ...toAllNodes, matcher: 'pcre', pattern })).toBe(false);
    },
  );

  test.each(['glob', 'pcre'])('is matched by %s up to the limit of its length, and not beyond', (matcher) => {
    const name = 'a'.repeat(maxPatternLength + 1);
    const matching = (length: number) => ({
      ...toAllNodes,
      matcher,
      pattern: name.slice(0, length - 1) + (matcher === 'glob' ? '*' : '.'),
    });
    expect(isAddressedTo(name, matching(maxPatternLength))).toBe(true);
    expect(isAddressedTo(name, matching(maxPatternLength + 1))).toBe(false);
  });

  test('cannot make a glob take more steps than the product of the lengths', () => {
    let steps = 0;
    const counted = new Proxy(
      {},
      {
        get: (_, key) => {
          if (key === 'length') return 300;
          steps++;
          return 'a';
        },
      },
    ) as string;
    const pattern = `${'*a'.repeat(499)}#`;
    expect(globMatches(counted, pattern)).toBe(false);
    expect(steps).toBeLessThan(300 * pattern.length);
  });
});
