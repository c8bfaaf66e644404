import { expect, test } from 'vitest';
import { readResult } from '../store/document/readResult.ts';
import { toError } from './remoteError.ts';

test.each([
  ['["boom", 42, null]', 'boom, 42, null'],
  ['[{"code": 7}, ["a"]]', "{'code': 7}, ['a']"],
  ['[{"__type__": "decimal", "__value__": "1.50"}]', "Decimal('1.50')"],
])('the message of a remote error contains all arguments of the exception: %s', (args, message) => {
  const document = `{"status": "FAILURE", "result": {"exc_type": "ValueError", "exc_message": ${args}, "exc_module": "builtins"}}`;
  expect(toError(readResult(Buffer.from(document)))).toMatchObject({ name: 'ValueError', message });
});
