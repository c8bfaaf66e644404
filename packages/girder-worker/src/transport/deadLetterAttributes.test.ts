import { expect, test } from 'vitest';
import { deadLetterAttributes, splitDeadLetterAttributes } from './deadLetterAttributes.ts';

const text = (StringValue: string) => ({ DataType: 'String', StringValue });
const queue = 'arn:aws:sqs:us-east-1:000000000000:celery';
const reason = { code: text('BODY_MALFORMED'), reason: text('no JSON'), queue: text(queue) };

test('a dead letter keeps attributes of its sender that have the names of the reason', () => {
  const attributes = deadLetterAttributes(reason, { code: text('A7'), tenant: text('acme') });
  expect(attributes).toEqual({ ...reason, 'sender-code': text('A7'), tenant: text('acme') });
  expect(splitDeadLetterAttributes(attributes)).toEqual({
    reason: { code: 'BODY_MALFORMED', reason: 'no JSON', queue },
    sender: { code: text('A7'), tenant: text('acme') },
  });
});

test('a message that SQS itself has moved to the dead-letter queue has no reason, whatever its sender named `code` or `queue`', () => {
  const sender = { code: text('A7'), reason: text('spring sale'), queue: text('front door') };
  expect(splitDeadLetterAttributes(sender)).toEqual({ reason: undefined, sender });
  expect(splitDeadLetterAttributes(undefined)).toEqual({ reason: undefined, sender: {} });
});

test('a dead letter has no more attributes than the ten that SQS takes', () => {
  const sender = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`a${i}`, text('x')]));
  const attributes = deadLetterAttributes(reason, sender);
  expect(Object.keys(attributes)).toHaveLength(10);
  expect(attributes).toMatchObject({ ...reason, a0: text('x'), a6: text('x') });
});
