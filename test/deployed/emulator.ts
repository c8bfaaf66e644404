/** An emulator of AWS to which `serverless deploy` can deploy. It listens on 127.0.0.1. */
export interface Emulator {
  /** `http://127.0.0.1:<port>`: accepts the credentials `test` and `test`. */
  readonly endpoint: string;
  /** What the emulator and the functions have printed, at most the last megabyte. */
  log(): string;
  /** Ends it and all functions, and deletes its data. */
  stop(): Promise<void>;
}

export const region = 'us-east-1';
export const account = '000000000000';
