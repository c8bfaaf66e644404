/** What the emulators' process tells its parent, once. */
export type EmulatorReport =
  | { readonly kind: 'listening'; readonly sqsPort: number; readonly dynamodbPort: number }
  /** `cause` is the code of a system error, such as EADDRINUSE, or else a message. */
  | { readonly kind: 'failed'; readonly service: EmulatedService; readonly port: number; readonly cause: string };

export type EmulatedService = 'SQS' | 'DynamoDB';
