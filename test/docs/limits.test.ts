import { expect, test } from 'vitest';
import { expectDocument } from '../interop/document.ts';
import { limitGroups, limitsDocument } from './limitsTable.ts';
import { namedTestFault } from './namedTests.ts';

const limits = limitGroups.flatMap((group) => group.limits);

test('docs/limits.md shows the constants of the code', () => {
  expectDocument('limits.md', limitsDocument());
});

test('each limit names tests that exist', () => {
  const faults = limits.flatMap(({ name, tests }) =>
    tests.length === 0 ? [`${name}: no test`] : tests.map(([file, title]) => namedTestFault(file, title)),
  );
  expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
});

test('a test that does not exist is reported, whether its file or its title is missing', () => {
  expect(namedTestFault('test/docs/none.test.ts', 'a')).toBe('test/docs/none.test.ts: there is no such file');
  expect(namedTestFault('test/docs/limits.test.ts', 'a title of no ' + 'test')).toMatch(
    /no test has "a title of no test"/,
  );
  expect(namedTestFault('test/docs/limits.test.ts', 'each limit names tests')).toBeUndefined();
});
