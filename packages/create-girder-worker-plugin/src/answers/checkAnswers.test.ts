import { expect, test } from 'vitest';
import { completeAnswers } from './answers.ts';
import { checkAnswers, usedInTemplates } from './checkAnswers.ts';

const valid = completeAnswers({}, '/home/ada/my-plugin');
const codesFor = (changed: Partial<typeof valid>) => checkAnswers({ ...valid, ...changed }).map(({ code }) => code);

test.each(['my-plugin', '@acme/my-plugin', 'a', '3d', 'x.y_z'])('the package name %s is valid', (name) => {
  expect(codesFor({ name })).toEqual([]);
});

test.each([
  ...[
    '',
    '../x',
    '/x',
    'x/y',
    '@acme',
    '@acme/',
    '@/x',
    '@acme/x/y',
    '.x',
    '_x',
    '-x',
    'X',
    'a b',
    'a..b',
    'a.',
    'x\n',
  ],
  ...['__proto__', "a'b", 'a"b', 'a`b', 'a~b', 'ä', 'a*/b', '@acme/../x', 'fs', 'test', 'node_modules', 'favicon.ico'],
  ...['girder-worker', 'x'.repeat(215)],
])('the package name %j is refused', (name) => {
  expect(codesFor({ name })).toEqual(['NAME_INVALID']);
});

test.each(['', '1x', 'lower', 'A-B', 'A.B', "A'", 'Á', 'Task', 'Promise', 'GirderWorkerPluginABC', '__proto__'])(
  'the plugin class %j is refused',
  (className) => {
    expect(codesFor({ className })).toEqual(['CLASS_INVALID']);
  },
);

test.each([...['', '1x', 'a-b', 'a.b', '__proto__', 'class', 'await', 'eval', 'default', 'then'], ...usedInTemplates])(
  'the task %j is refused',
  (taskName) => {
    expect(codesFor({ taskName })).toEqual(['TASK_INVALID']);
  },
);

test.each(['two\nlines', 'tab\t', 'null\0', '\u2028', '\ud800'])(
  'the description and the author %j are refused',
  (text) => {
    expect(codesFor({ description: text, author: text })).toEqual(['TEXT_INVALID', 'TEXT_INVALID']);
  },
);

test.each(['', ' ', 'MIT\n'])('the license %j is refused', (license) => {
  expect(codesFor({ license })).toEqual(['TEXT_INVALID']);
});

test('all faults are reported together, in the order of the questions, each with its value', () => {
  const faults = checkAnswers({ ...valid, taskName: 'then', name: 'My Plugin' });
  expect(faults.map(({ code }) => code)).toEqual(['NAME_INVALID', 'TASK_INVALID']);
  expect(faults[0]?.message).toContain('the package name "My Plugin" is not valid: it must be like "my-plugin"');
});
