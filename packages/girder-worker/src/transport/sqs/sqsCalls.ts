import {
  ChangeMessageVisibilityBatchCommand,
  type ChangeMessageVisibilityBatchCommandInput,
  DeleteMessageBatchCommand,
  type DeleteMessageBatchCommandInput,
  GetQueueAttributesCommand,
  type GetQueueAttributesCommandInput,
  GetQueueUrlCommand,
  type GetQueueUrlCommandInput,
  SendMessageBatchCommand,
  type SendMessageBatchCommandInput,
  SendMessageCommand,
  type SendMessageCommandInput,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type ClientOptions, clientConfig } from '../../aws/clientConfig.ts';
import type { ClientSettings } from '../../connections/clientSettings.ts';

/** The operations of SQS by which messages are sent, deleted and hidden. They reject with the SDK's errors. */
export type SqsCalls = ReturnType<typeof createSqsCalls>;

/** Returns the operations on a client of its own; it connects at the first call. */
export function createSqsCalls(settings: ClientSettings, options: ClientOptions) {
  const client = new SQSClient({ ...clientConfig(settings, options), useQueueUrlAsEndpoint: false });
  return {
    getQueueUrl: (input: GetQueueUrlCommandInput) => client.send(new GetQueueUrlCommand(input)),
    getQueueAttributes: (input: GetQueueAttributesCommandInput) => client.send(new GetQueueAttributesCommand(input)),
    sendMessage: (input: SendMessageCommandInput) => client.send(new SendMessageCommand(input)),
    sendMessageBatch: (input: SendMessageBatchCommandInput) => client.send(new SendMessageBatchCommand(input)),
    deleteMessageBatch: (input: DeleteMessageBatchCommandInput) => client.send(new DeleteMessageBatchCommand(input)),
    changeMessageVisibilityBatch: (input: ChangeMessageVisibilityBatchCommandInput) =>
      client.send(new ChangeMessageVisibilityBatchCommand(input)),
  };
}
