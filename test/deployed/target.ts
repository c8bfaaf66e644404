/** Where the deployment runs, as clients see it. */
export interface Target {
  /** The environment of clients: endpoints, credentials, broker and backend. */
  readonly env: NodeJS.ProcessEnv;
  readonly sqsEndpoint: string;
  readonly dynamodbEndpoint: string;
  /** What the functions, and the emulators, have printed. */
  log(): string;
}
