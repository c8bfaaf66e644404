import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { namedTestFault } from './namedTests.ts';

const text = readFileSync(new URL('../../SECURITY.md', import.meta.url), 'utf8');

/** The sections whose sentences are statements. Introduction and report are none. */
const sections = text.split(/^## /m).slice(1, -1);

/** The rows of all tables, each with its cells, without the heads. */
const rows = sections.flatMap((section) =>
  section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    ),
);

test('SECURITY.md has its statements in tables, so that each can name its test', () => {
  expect(sections.map((section) => section.split('\n')[0])).toEqual([
    'Who can do what',
    'What holds inside one trust domain',
    'What is installed and deployed',
  ]);
  const others = sections.flatMap((section) =>
    section
      .split('\n')
      .slice(1)
      .filter((line) => line !== '' && !line.startsWith('|')),
  );
  expect(others).toEqual([]);
  expect(rows.length).toBeGreaterThan(30);
});

test('each statement of SECURITY.md names a test that exists', () => {
  const faults = rows.map((cells) => {
    const [, file, title] = /^`([^`]+)`: “(.+)”$/.exec(cells.at(-1)!) ?? [];
    return file && title ? namedTestFault(file, title) : `no test is named: ${cells.join(' | ')}`;
  });
  expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
});
