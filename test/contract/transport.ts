import type { SQSMessageAttributes, SQSRecord } from 'aws-lambda';
import { beforeAll, describe, expect, test } from 'vitest';
import { toDelivery } from '../../packages/girder-worker/src/dispatch/delivery.ts';
import type { Receipt, Transport } from '../../packages/girder-worker/src/transport/transport.ts';

/** A transport, and how the test plays the part of the event source mapping on its queues. */
export interface TransportUnderTest {
  readonly transport: Transport;
  /** Receives visible messages of an SQS queue; each stays hidden for a minute. */
  receive(queueName: string): Promise<readonly SQSRecord[]>;
  /** Lets so much time pass. */
  pass(ms: number): Promise<void>;
}

/** The queues of the suite: `NAME` and `NAME-dead-letters`, which gets a message after two deliveries; and FIFO twins. */
export const maxReceiveCount = 2;

/** A queue that does not exist. */
export const missingQueue = 'missing';

/** Attributes of a sender, of each kind of SQS. */
const senders = {
  tenant: { dataType: 'String', stringValue: 'acme' },
  weight: { dataType: 'Number.kg', stringValue: '1.5' },
  key: { dataType: 'Binary', binaryValue: 'AAH/' },
} as const;

/** Attributes without the fields that some records have and others do not. */
function plain(attributes: SQSMessageAttributes): unknown {
  const values = Object.entries(attributes).map(([name, { dataType, stringValue, binaryValue }]) => [
    name,
    { dataType, stringValue, binaryValue },
  ]);
  return Object.fromEntries(values);
}

/** The rules of SQS that the dispatcher relies on. Every implementation of Transport passes them. */
export function describeTransport(
  name: string,
  connect: (queueNames: readonly string[]) => Promise<TransportUnderTest>,
) {
  describe(name, () => {
    const queues = ['plain', 'again', 'hidden', 'delayed', 'dead', 'often', 'gone', 'groups.fifo', 'once.fifo'];
    queues.push('many', 'known', 'kept', 'kept.fifo', 'buried.fifo');
    let connected: TransportUnderTest;
    beforeAll(async () => {
      connected = await connect(queues);
    });

    const receive = async (queue: string) => [...(await connected.receive(queue))];
    const receiptOf = (record: SQSRecord): Receipt => toDelivery(record).receipt;
    const bodies = (records: readonly SQSRecord[]) => records.map(({ body }) => body);

    test('delivers a published message with a receive count of 1, and hides it from others', async () => {
      await connected.transport.publish('body', { queue: 'plain' });
      const [record] = await receive('plain');
      expect(record).toMatchObject({ body: 'body', attributes: { ApproximateReceiveCount: '1' } });
      expect(record?.eventSourceARN.endsWith(':plain')).toBe(true);
      expect(await receive('plain')).toEqual([]);
    });

    test('delivers a message again, with a higher receive count, when its visibility timeout is over', async () => {
      await connected.transport.publish('body', { queue: 'hidden' });
      const [record] = await receive('hidden');
      await connected.transport.changeVisibility(receiptOf(record!), 1);
      expect(await receive('hidden')).toEqual([]);
      await connected.pass(1500);
      expect(await receive('hidden')).toMatchObject([{ body: 'body', attributes: { ApproximateReceiveCount: '2' } }]);
    });

    test('never delivers an acknowledged message again, and a second acknowledgement is no error', async () => {
      await connected.transport.publish('body', { queue: 'gone' });
      const [record] = await receive('gone');
      await connected.transport.acknowledge(receiptOf(record!));
      await connected.transport.acknowledge(receiptOf(record!));
      await connected.pass(1500);
      expect(await receive('gone')).toEqual([]);
    });

    test('resends a message to the queue of its delivery as a new message', async () => {
      await connected.transport.publish('first', { queue: 'again' });
      const [record] = await receive('again');
      await connected.transport.resend(receiptOf(record!), 'second', {});
      await connected.transport.acknowledge(receiptOf(record!));
      expect(await receive('again')).toMatchObject([{ body: 'second', attributes: { ApproximateReceiveCount: '1' } }]);
    });

    test('delivers a delayed message when its delay is over, not before', async () => {
      await connected.transport.publish('body', { queue: 'delayed', delaySeconds: 1 });
      expect(await receive('delayed')).toEqual([]);
      await connected.pass(1500);
      expect(bodies(await receive('delayed'))).toEqual(['body']);
    });

    test('puts a dead letter into the dead-letter queue with its code, its reason and the queue that it came from', async () => {
      await connected.transport.publish('body', { queue: 'dead' });
      const [record] = await receive('dead');
      const receipt = receiptOf(record!);
      await connected.transport.deadLetter({ receipt, body: 'body', code: 'BODY_MALFORMED', reason: 'no JSON' });
      const [letter] = await receive('dead-dead-letters');
      expect(letter).toMatchObject({
        body: 'body',
        messageAttributes: {
          code: { stringValue: 'BODY_MALFORMED' },
          reason: { stringValue: 'no JSON' },
          queue: { stringValue: receipt.queueArn },
        },
      });
    });

    test('sends all messages but those for a queue that does not exist, and names these', async () => {
      async function* messages() {
        for (let index = 0; index < 25; index++)
          yield { body: `${index}`, queue: index % 5 === 0 ? missingQueue : 'many', index };
      }
      const refused = await connected.transport.publishAll(messages());
      expect(refused.map(({ message }) => message.index).sort((one, other) => one - other)).toEqual([0, 5, 10, 15, 20]);
      for (const { error } of refused) expect(error.message).toContain(missingQueue);
      const received = [...(await receive('many')), ...(await receive('many'))];
      expect(received).toHaveLength(20);
    });

    test('publishes to the queue of an ARN, whatever its Celery name is', async () => {
      const queueArn = 'arn:aws:sqs:us-east-1:000000000000:known';
      await connected.transport.publish('body', { queue: 'plain', queueArn });
      expect(bodies(await receive('known'))).toEqual(['body']);
      expect(await receive('plain')).toEqual([]);
    });

    test.each(['kept', 'kept.fifo'])(
      'a message that is sent again to %s keeps its group and attributes',
      async (queue) => {
        await connected.transport.publish('first', { queue, messageGroupId: 'group' });
        const [record] = await receive(queue);
        const receipt = { ...receiptOf(record!), messageAttributes: senders };
        await connected.transport.resend(receipt, 'second', {});
        await connected.transport.acknowledge(receipt);
        const [second] = await receive(queue);
        expect(second?.body).toBe('second');
        // The emulator keeps groups in FIFO queues only.
        if (queue.endsWith('.fifo')) expect(second?.attributes.MessageGroupId).toBe('group');
        expect(plain(second!.messageAttributes)).toEqual(plain(senders));
      },
    );

    test('a dead letter of a FIFO queue keeps its group, its deduplication id and its attributes', async () => {
      const options = { queue: 'buried.fifo', messageGroupId: 'group', messageDeduplicationId: 'id' };
      await connected.transport.publish('body', options);
      const [record] = await receive('buried.fifo');
      const receipt = { ...receiptOf(record!), messageAttributes: senders };
      const letter = { receipt, body: 'body', code: 'BODY_MALFORMED', reason: 'no JSON' };
      await connected.transport.deadLetter(letter);
      await connected.transport.deadLetter(letter); // As after a crash: the deduplication id makes it no second letter.
      const letters = await receive('buried-dead-letters.fifo');
      expect(letters).toMatchObject([
        { attributes: { MessageGroupId: 'group', MessageDeduplicationId: 'id' }, messageAttributes: senders },
      ]);
    });

    test('moves a message to the dead-letter queue when it was delivered as often as the queue allows', async () => {
      await connected.transport.publish('body', { queue: 'often' });
      for (let delivery = 1; delivery <= maxReceiveCount; delivery++) {
        const [record] = await receive('often');
        expect(record?.attributes.ApproximateReceiveCount).toBe(String(delivery));
        await connected.transport.changeVisibility(receiptOf(record!), 0);
      }
      expect(await receive('often')).toEqual([]);
      expect(bodies(await receive('often-dead-letters'))).toEqual(['body']);
    });

    test('delivers no further message of a FIFO group while one of it is in flight', async () => {
      const publish = (body: string, messageGroupId: string) =>
        connected.transport.publish(body, { queue: 'groups.fifo', messageGroupId });
      await publish('a1', 'a');
      const [first] = await receive('groups.fifo');
      await publish('a2', 'a');
      await publish('b1', 'b');
      expect(bodies(await receive('groups.fifo'))).toEqual(['b1']);
      await connected.transport.acknowledge(receiptOf(first!));
      expect(bodies(await receive('groups.fifo'))).toEqual(['a2']);
    });

    test('drops the second of two FIFO messages with one deduplication id', async () => {
      const options = { queue: 'once.fifo', messageDeduplicationId: 'id' };
      await connected.transport.publish('first', options);
      await connected.transport.publish('second', options);
      expect(bodies(await receive('once.fifo'))).toEqual(['first']);
    });
  });
}
