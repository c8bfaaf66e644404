/** Log lines for people. Implemented for terminals (`textLog.ts`) and, on Lambda, by Powertools' Logger. */
export interface Log {
  debug(text: string): void;
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}
