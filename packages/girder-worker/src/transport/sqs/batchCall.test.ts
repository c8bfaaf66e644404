import { expect, test } from 'vitest';
import { createVirtualSystem } from '../../system/virtualSystem.ts';
import { callWithEntries } from './batchCall.ts';

const system = { ...createVirtualSystem(), sleep: async () => true };
type Failure = { Id: string; SenderFault: boolean; Code: string; Message?: string };

/** Makes requests with the entries a, b and c; `answers` are the failed entries of each. */
async function call(answers: readonly Failure[][]) {
  const requests: string[][] = [];
  const errors = await callWithEntries(
    ['a', 'b', 'c'].map((name) => ({ name })),
    async (entries) => {
      requests.push(entries.map(({ name }) => name));
      return { Failed: answers[requests.length - 1] };
    },
    system,
  );
  return { requests, errors };
}

const busy = (Id: string): Failure => ({ Id, SenderFault: false, Code: 'InternalError' });

test('entries that SQS could not take are sent again by themselves', async () => {
  const { requests, errors } = await call([[busy('0'), busy('2')], [busy('2')], []]);
  expect(requests).toEqual([['a', 'b', 'c'], ['a', 'c'], ['c']]);
  expect(errors).toEqual([undefined, undefined, undefined]);
});

test('an entry that SQS refuses is not sent again, and has the error of SQS', async () => {
  const refused = { Id: '1', SenderFault: true, Code: 'InvalidMessageContents', Message: 'bad character' };
  const { requests, errors } = await call([[refused, busy('2')], []]);
  expect(requests).toEqual([['a', 'b', 'c'], ['c']]);
  expect(errors).toMatchObject([undefined, { name: 'InvalidMessageContents', message: 'bad character' }, undefined]);
});

test('an entry that SQS could not take five times has the error of SQS', async () => {
  const { requests, errors } = await call(Array.from({ length: 9 }, () => [busy('0')]));
  expect(requests).toHaveLength(5);
  expect(errors).toMatchObject([{ name: 'InternalError' }, undefined, undefined]);
});
