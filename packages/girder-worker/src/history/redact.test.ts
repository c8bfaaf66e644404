import { expect, test } from 'vitest';
import { DateTime } from '../kombu/values.ts';
import { redact, redactArguments } from './redact.ts';

test.each([
  'password',
  'dbPassword',
  'API_KEY',
  'X-Api-Key',
  'Authorization',
  'sessionId',
  'refresh_token',
  'Set-Cookie',
])('a value named %s is hidden, wherever it stands', (name) => {
  expect(redact({ login: [{ [name]: 'hunter2', user: 'ada' }] })).toEqual({ login: [{ [name]: '***', user: 'ada' }] });
});

test('a positional argument is hidden if its parameter has such a name', () => {
  expect(redactArguments(['ada', 'hunter2', { token: 't' }], ['user', 'password'])).toEqual([
    ...['ada', '***', { token: '***' }],
  ]);
});

test('other values stay as they are', () => {
  const value = { keyboard: 'de', at: new DateTime('2026-01-02T03:04:05'), data: new Uint8Array([1]), big: 2n ** 64n };
  expect(redact(value)).toEqual(value);
});

test('of a list of a million items only the first ones are copied', () => {
  const redactedList = redact(Array.from({ length: 1e6 }, () => 1));
  expect(redactedList).toHaveLength(1024);
});

test('a key `__proto__` stays a key', () => {
  const value = JSON.parse('{"__proto__": {"password": "hunter2"}}');
  expect(JSON.stringify(redact(value))).toBe('{"__proto__":{"password":"***"}}');
});
