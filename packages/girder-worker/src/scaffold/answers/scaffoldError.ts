export type ScaffoldErrorCode =
  | 'NAME_INVALID'
  | 'CLASS_INVALID'
  | 'TASK_INVALID'
  | 'TEXT_INVALID'
  | 'FOLDER_MISSING'
  | 'FOLDER_NOT_EMPTY'
  | 'FOLDER_NOT_WRITABLE';

/** A reason for which no plugin is created. */
export interface ScaffoldFault {
  readonly code: ScaffoldErrorCode;
  readonly message: string;
}

/** No plugin was created. The message lists all reasons with their codes, numbered if there are several. */
export class ScaffoldError extends Error {
  override readonly name = 'ScaffoldError';
  readonly faults: readonly ScaffoldFault[];

  constructor(faults: readonly ScaffoldFault[], options?: ErrorOptions) {
    const lines = faults.map(({ code, message }) => `[${code}] ${message}`);
    const list = lines.length === 1 ? ` ${lines[0]}` : lines.map((line, index) => `\n${index + 1}. ${line}`).join('');
    super(`The plugin cannot be created:${list}`, options);
    this.faults = faults;
  }
}
