export interface LambdaSettings {
  readonly functionName: string;
  /** The path of the module that exports the handler. */
  readonly file: string;
  /** The name of the export. @default "handler" */
  readonly handler?: string;
  readonly timeoutSeconds: number;
  /** Set as `memoryLimitInMB` of the context, but not enforced. */
  readonly memoryMb: number;
  /** Variables in addition to those that Lambda sets. */
  readonly env: NodeJS.ProcessEnv;
  /** Called for each line that the function prints. */
  readonly printLine: (line: string, stream: 'stdout' | 'stderr') => void;
}
