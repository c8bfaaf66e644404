import { describe, expect, test } from 'vitest';
import { decode } from '../message/decode.ts';
import { encode, type OutgoingMessage } from '../message/encode.ts';
import { claimedRequest } from './claimedRequest.ts';
import { receipt } from './fixtures/dispatchOne.ts';
import { resolveRunOptions } from './taskOptions.ts';

async function requestOf(message: Partial<OutgoingMessage>, { receiveCount = 1, acksLate = true } = {}) {
  const body = encode({ task: 'p.task', id: 'id', ...message });
  const decoded = await decode(body);
  const entry = { plugin: 'p@1', options: { acksLate }, parameters: { positional: [] }, load: () => undefined };
  const delivery = { messageId: 'm', receipt, receiveCount, body, messageGroup: undefined };
  return claimedRequest(decoded, delivery, resolveRunOptions(decoded, entry, { settings: {} }));
}

describe('the request that inspect shows', () => {
  test('has the arguments, the delivery and the acknowledgement of its message, as in Celery', async () => {
    const message = { args: [5, 'a'], kwargs: { maxCount: 2n ** 70n }, priority: 7 };
    const deliveryInfo = { exchange: '', routingKey: 'celery', priority: 7, redelivered: false };
    expect(await requestOf(message)).toEqual({ ...message, priority: undefined, acknowledged: false, deliveryInfo });
  });

  test('says that the message was redelivered after its first delivery', async () => {
    expect(await requestOf({}, { receiveCount: 2 })).toMatchObject({ deliveryInfo: { redelivered: true } });
  });

  test('says that the message is acknowledged before the task runs, if it is', async () => {
    expect(await requestOf({}, { acksLate: false })).toMatchObject({ acknowledged: true });
  });

  test.each(['(5,)', '[5]'])('has the arguments themselves if the sender described them as %s', async (argsRepr) => {
    expect(await requestOf({ args: [5], argsRepr })).toMatchObject({ args: [5] });
  });

  test('has the text with which the sender hides arguments', async () => {
    const hidden = { argsRepr: '(<secret>,)', kwargsRepr: '{<hidden>}' };
    expect(await requestOf({ args: ['password'], kwargs: { key: 'k' }, ...hidden })).toMatchObject({
      args: '(<secret>,)',
      kwargs: '{<hidden>}',
    });
  });

  test.each([
    ['a long text', ['x'.repeat(10_000)]],
    ['many items', Array.from({ length: 1000 }, (_, n) => n)],
    ['text that is longer in JSON', ['é'.repeat(300)]],
    ['a deep value, whose repr is short', [[[['x'.repeat(10_000)]]]]],
  ])('has at most 512 bytes of the repr instead of large arguments: %s', async (_, args) => {
    const { args: shown, kwargs } = await requestOf({ args, kwargs: { args } });
    for (const text of [shown, kwargs]) {
      expect(text).toEqual(expect.any(String));
      expect(Buffer.byteLength(text as string)).toBeLessThanOrEqual(512);
    }
  });
});

test('a task is STARTED while it runs if its option says so, or else if the app does', () => {
  const trackStarted = (option: boolean | undefined, setting: boolean | undefined) => {
    const options = option === undefined ? {} : { trackStarted: option };
    const entry = { plugin: 'p@1', options, parameters: { positional: [] }, load: () => undefined };
    const message = { ignoreResult: null, timelimit: { hardSeconds: null, softSeconds: null } };
    const settings = setting === undefined ? {} : { taskTrackStarted: setting };
    return resolveRunOptions(message, entry, { settings }).trackStarted;
  };
  expect(trackStarted(undefined, undefined)).toBe(false);
  expect(trackStarted(undefined, true)).toBe(true);
  expect(trackStarted(true, false)).toBe(true);
  expect(trackStarted(false, true)).toBe(false);
});
