import { expect, test } from 'vitest';
import { decode } from '../message/decode.ts';
import { encode } from '../message/encode.ts';
import { dispatchOne } from './fixtures/dispatchOne.ts';

test('the message of a retry has the headers that the option `retryHeaders` returns, in place of those of its message', async () => {
  const body = encode({ task: 'p.task', id: 'id', args: [1], headers: { traceparent: 'old', 'x-own': 'kept' } });
  const retryHeaders = () => ({ traceparent: 'new' });
  const { runs, send, transport } = dispatchOne({}, { retryHeaders }, undefined, body);
  const sending = send();
  await expect.poll(() => runs.length).toBe(1);
  runs[0]?.end({ state: 'RETRY', etaMs: Date.now(), failure: null, traceback: null });
  await sending;
  const message = await decode(transport.resent[0]!.body);
  expect(message).toMatchObject({ id: 'id', retries: 1, headers: { traceparent: 'new', 'x-own': 'kept' } });
});
