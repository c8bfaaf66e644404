import { expect, test } from 'vitest';
import { deserialize } from './serializers.ts';

test('a body of JSON that is a tuple of jsonpickle is unpickled', async () => {
  expect(await deserialize('{"py/tuple": [[{"py/tuple": [1]}], {}, {}]}', 'application/json')).toEqual([[[1]], {}, {}]);
});

test('a list of JSON that contains a tuple of jsonpickle is left as it is', async () => {
  const text = '[[], {"py/tuple": []}, {}]';
  expect(await deserialize(text, 'application/json')).toEqual(JSON.parse(text));
});
