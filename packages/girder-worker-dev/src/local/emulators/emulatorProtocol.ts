/** The one message of the emulators' process to its parent. */
export type EmulatorReport =
  | { readonly kind: 'listening'; readonly sqsPort: number; readonly dynamodbPort: number }
  /** `cause` is the code of a system error, such as EADDRINUSE, or otherwise the message of the error. */
  | { readonly kind: 'failed'; readonly service: EmulatedService; readonly port: number; readonly cause: string };

export type EmulatedService = 'SQS' | 'DynamoDB';
