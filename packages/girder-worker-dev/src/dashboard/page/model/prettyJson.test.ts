import { expect, test } from 'vitest';
import { prettyJson } from './prettyJson.ts';

test.each(['{}', '[]', '""', '1', '{"a":{},"b":[]}', '[1,{"a":"x, y: {z}","b":[true,null,-1.5]},"\\"quoted\\\\"]'])(
  'prettyJson shows %s as JSON.stringify does',
  (json) => {
    expect(prettyJson(json)).toBe(JSON.stringify(JSON.parse(json), null, 2));
  },
);

test('prettyJson keeps all digits, and what is not quite JSON', () => {
  expect(prettyJson('[12345678901234567890, NaN]')).toBe('[\n  12345678901234567890,\n  NaN\n]');
});
