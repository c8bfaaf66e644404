/** What the dispatcher says, in lines for people; implemented for terminals (`textLog.ts`) and, on Lambda, by Powertools. */
export interface Log {
  debug(text: string): void;
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}
