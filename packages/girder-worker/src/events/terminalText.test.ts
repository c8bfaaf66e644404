import { expect, test } from 'vitest';
import { logText, terminalText } from './terminalText.ts';

test.each([
  ['a colour', '\x1b[31mred', '\\u001b[31mred'],
  ['a title of the window (OSC)', '\x1b]0;title\x07', '\\u001b]0;title\\u0007'],
  ['the same with C1', '\x9d0;title\x9c', '\\u009d0;title\\u009c'],
  ['a carriage return, which would overwrite the line', 'failed\rsucceeded', 'failed\\u000dsucceeded'],
  ['a change of direction', 'a\u202eb', 'a\\u202eb'],
  ['a separator of lines', 'a\u2028b', 'a\\u2028b'],
])('control characters are escaped: %s', (_, text, shown) => {
  expect(terminalText(text)).toBe(shown);
});

test('tabs, line feeds and characters of all languages stay', () => {
  const text = 'a\tb\n  c é 日本 🐎';
  expect(terminalText(text)).toBe(text);
});

test('JSON stays JSON with the same value', () => {
  const value = { text: '\x1b\x7f\x9b\u2028' };
  expect(JSON.parse(terminalText(JSON.stringify(value)))).toEqual(value);
});

test('no text can add a line to a log', () => {
  expect(logText('a\n[2026-01-01 00:00:00,000: INFO/MainProcess] forged')).toBe(
    'a\n [2026-01-01 00:00:00,000: INFO/MainProcess] forged',
  );
});
