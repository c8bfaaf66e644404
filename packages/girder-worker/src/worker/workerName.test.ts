import { expect, test } from 'vitest';
import { workerName } from './workerName.ts';

test.each([
  ['worker1@%h', 'worker1@web.example.com'],
  ['worker1@%n', 'worker1@web'],
  ['worker1@%d', 'worker1@example.com'],
  ['100%%@%h', '100%@web.example.com'],
  ['%h', 'girder-worker@web.example.com'],
  ['other', 'girder-worker@other'],
])('-n %s on web.example.com is %s', (pattern, name) => {
  expect(workerName(pattern, 'girder-worker@elsewhere', 'web.example.com')).toBe(name);
});

test('without -n, a worker has the node name of the environment', () => {
  expect(workerName(undefined, 'me@here')).toBe('me@here');
});
