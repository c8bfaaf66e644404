export interface LambdaSettings {
  readonly functionName: string;
  /** The path of the bundle. */
  readonly file: string;
  /** @default "handler" */
  readonly handler?: string;
  readonly timeoutSeconds: number;
  /** Only told to the function, not enforced. */
  readonly memoryMb: number;
  /** Beside the variables that Lambda itself sets. */
  readonly env: NodeJS.ProcessEnv;
  /** Gets what the function prints, line by line. */
  readonly printLine: (line: string, stream: 'stdout' | 'stderr') => void;
}
