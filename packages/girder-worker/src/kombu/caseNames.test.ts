import { expect, test } from 'vitest';
import { toCamelCase, toSnakeCase } from './caseNames.ts';

test.each([
  ['task_id', 'taskId'],
  ['revoke_by_stamped_headers', 'revokeByStampedHeaders'],
  ['ping', 'ping'],
])('the Python name %s is %s in TypeScript, and the other way round', (python, typescript) => {
  expect(toCamelCase(python)).toBe(typescript);
  expect(toSnakeCase(typescript)).toBe(python);
});

test('leading and trailing underscores, and those before a digit or a capital letter, stay', () => {
  expect(['_private', 'trailing_', 'a_1', 'a_B'].map(toCamelCase)).toEqual(['_private', 'trailing_', 'a_1', 'a_B']);
});
