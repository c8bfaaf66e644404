import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  type MessageAttributeValue,
  PurgeQueueCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { parseBrokerUrl } from '../../connections/brokerUrl.ts';
import { clientSettings } from '../../connections/clientSettings.ts';
import type { ListedDeadLetter, QueueAdmin, QueueDepth, QueueStatus } from '../queueAdmin.ts';
import { sqsQueueName } from '../queueName.ts';

/** How long a dead letter that is being shown stays hidden: long enough for a queue of thousands to be read in that time. */
const shownSeconds = 300;

/** The attributes by which a dispatcher tells why a message is a dead letter. */
const reasonAttributes = ['code', 'reason', 'queue'];

/** Queues of the broker that the environment names: GIRDER_WORKER_BROKER, and the AWS SDK's own variables. */
export function connectQueueAdmin(env: NodeJS.ProcessEnv): QueueAdmin {
  const broker = parseBrokerUrl(env.GIRDER_WORKER_BROKER ?? 'sqs://');
  const client = new SQSClient({ ...clientSettings(env, 'SQS', broker), useQueueUrlAsEndpoint: false });
  return createSqsQueueAdmin(client, env.GIRDER_WORKER_QUEUE_NAME_PREFIX);
}

export function createSqsQueueAdmin(client: SQSClient, prefix = ''): QueueAdmin {
  const urlOf = async (QueueName: string): Promise<string> => {
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName })).catch((error: unknown) => {
      if (!(error instanceof QueueDoesNotExist)) throw error;
      throw new Error(
        `There is no SQS queue "${QueueName}". Deploy the stack, start \`npm run dev\`, or name another queue with --queue.`,
        {
          cause: error,
        },
      );
    });
    return QueueUrl!;
  };

  const look = async (
    name: string,
  ): Promise<{ readonly depth: QueueDepth; readonly deadLetterName: string | null }> => {
    const command = new GetQueueAttributesCommand({ QueueUrl: await urlOf(name), AttributeNames: ['All'] });
    const { Attributes = {} } = await client.send(command);
    const { deadLetterTargetArn } = JSON.parse(Attributes.RedrivePolicy ?? '{}') as { deadLetterTargetArn?: string };
    const depth = {
      name,
      ready: Number(Attributes.ApproximateNumberOfMessages),
      inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
      delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed),
    };
    return { depth, deadLetterName: deadLetterTargetArn === undefined ? null : nameIn(deadLetterTargetArn) };
  };

  const status = async (queue: string): Promise<QueueStatus> => {
    const { depth, deadLetterName } = await look(sqsQueueName(queue, prefix));
    return { ...depth, deadLetters: deadLetterName === null ? null : (await look(deadLetterName)).depth };
  };

  const receive = async (QueueUrl: string): Promise<Message[]> => {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: shownSeconds,
        WaitTimeSeconds: 1, // A short poll asks only some of SQS's servers, and may find nothing where there is something.
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
    );
    return Messages;
  };

  const redrive = async (message: Message, ownQueue: string): Promise<void> => {
    const { MessageAttributes = {}, Attributes = {} } = message;
    const arn = MessageAttributes.queue?.StringValue;
    const own = Object.entries(MessageAttributes).filter(([name]) => !reasonAttributes.includes(name));
    await client.send(
      new SendMessageCommand({
        QueueUrl: await urlOf(arn === undefined ? ownQueue : nameIn(arn)),
        MessageBody: message.Body,
        MessageAttributes: Object.fromEntries(own) as Record<string, MessageAttributeValue>,
        MessageGroupId: Attributes.MessageGroupId,
        // A FIFO queue would drop what it has seen within the last five minutes.
        ...(Attributes.MessageGroupId !== undefined && { MessageDeduplicationId: `redrive-${message.MessageId}` }),
      }),
    );
  };

  return {
    status,

    async purge(queue) {
      const { ready, inFlight, delayed } = await status(queue);
      await client.send(new PurgeQueueCommand({ QueueUrl: await urlOf(sqsQueueName(queue, prefix)) }));
      return ready + inFlight + delayed;
    },

    async processDeadLetters(queue, judge) {
      const { name, deadLetters } = await status(queue);
      const counts = { keep: 0, redrive: 0, drop: 0 };
      if (!deadLetters) return counts;
      const QueueUrl = await urlOf(deadLetters.name);
      const held = new Map<string, Message>(); // What is hidden by us: all of it is shown again, whatever fails.
      try {
        await take(QueueUrl, held);
        // Only now: what is sent back may soon be a dead letter again, and would be met a second time.
        for (const message of [...held.values()]) {
          const verdict = judge(deadLetterOf(message));
          counts[verdict]++;
          if (verdict === 'keep') continue;
          if (verdict === 'redrive') await redrive(message, name);
          await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
          held.delete(message.MessageId!);
        }
      } finally {
        await show(QueueUrl, [...held.values()]);
      }
      return counts;
    },
  };

  /** Until there is nothing more, or what was taken first can be seen again. */
  async function take(QueueUrl: string, held: Map<string, Message>): Promise<void> {
    for (let batch = await receive(QueueUrl); batch.length > 0; batch = await receive(QueueUrl)) {
      const isSecondRound = batch.some(({ MessageId }) => held.has(MessageId!));
      for (const message of batch) held.set(message.MessageId!, message);
      if (isSecondRound) return;
    }
  }

  async function show(QueueUrl: string, messages: readonly Message[]): Promise<void> {
    for (let from = 0; from < messages.length; from += 10) {
      const Entries = messages.slice(from, from + 10).map(({ ReceiptHandle }, index) => ({
        Id: String(index),
        ReceiptHandle,
        VisibilityTimeout: 0,
      }));
      await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
    }
  }
}

function deadLetterOf({ MessageId, Body, Attributes, MessageAttributes }: Message): ListedDeadLetter {
  return {
    messageId: MessageId!,
    body: Body!,
    sentMs: Number(Attributes?.SentTimestamp),
    code: MessageAttributes?.code?.StringValue ?? null,
    reason: MessageAttributes?.reason?.StringValue ?? null,
  };
}

function nameIn(arn: string): string {
  return arn.slice(arn.lastIndexOf(':') + 1);
}
