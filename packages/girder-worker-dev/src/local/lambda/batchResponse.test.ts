import { describe, expect, test } from 'vitest';
import { readBatchResponse } from './batchResponse.ts';

const batch = ['a', 'b', 'c'];

describe('a batch response', () => {
  test.each([
    ['null', null],
    ['undefined', undefined],
    ['an object without a list', {}],
    ['a null list', { batchItemFailures: null }],
    ['an empty list', { batchItemFailures: [] }],
  ])('that is %s means that all messages succeeded', (_, response) => {
    expect(readBatchResponse(response, batch)).toEqual({ failed: new Set() });
  });

  test('fails the messages that it names', () => {
    const response = { batchItemFailures: [{ itemIdentifier: 'b' }, { itemIdentifier: 'c' }, { itemIdentifier: 'b' }] };
    expect(readBatchResponse(response, batch)).toEqual({ failed: new Set(['b', 'c']) });
  });

  test.each([
    ['is a string', 'ok', 'must be an object'],
    ['is a list', [], 'must be an object'],
    ['has an object instead of the list', { batchItemFailures: { itemIdentifier: 'a' } }, 'must be a list'],
    ['names an unknown message', { batchItemFailures: [{ itemIdentifier: 'd' }] }, '"d"'],
    ['has a failure with an empty id', { batchItemFailures: [{ itemIdentifier: '' }] }, 'no itemIdentifier'],
    [
      'has a failure with a null id',
      { batchItemFailures: [{ itemIdentifier: 'a' }, { itemIdentifier: null }] },
      'no itemIdentifier',
    ],
    ['has a failure with a misspelt key', { batchItemFailures: [{ itemidentifier: 'a' }] }, 'no itemIdentifier'],
    ['has a failure that is null', { batchItemFailures: [null] }, 'no itemIdentifier'],
    ['has a failure that is a bare id', { batchItemFailures: ['a'] }, 'no itemIdentifier'],
  ])('fails the whole batch if it %s', (_, response, reason) => {
    expect(readBatchResponse(response, batch)).toEqual({ invalid: expect.stringContaining(reason) });
  });
});
