export type ScaffoldErrorCode =
  | 'NAME_INVALID'
  | 'CLASS_INVALID'
  | 'TASK_INVALID'
  | 'TEXT_INVALID'
  | 'FOLDER_MISSING'
  | 'MANIFEST_INVALID'
  | 'FILE_EXISTS'
  | 'FOLDER_NOT_EMPTY'
  | 'FOLDER_NOT_WRITABLE';

/** A reason for which no file is written. */
export interface ScaffoldFault {
  readonly code: ScaffoldErrorCode;
  readonly message: string;
}

/** No file was written. The message lists all reasons with their codes, numbered if there are several. */
export class ScaffoldError extends Error {
  override readonly name = 'ScaffoldError';
  readonly faults: readonly ScaffoldFault[];

  constructor(faults: readonly ScaffoldFault[], options?: ErrorOptions) {
    const lines = faults.map(({ code, message }) => `[${code}] ${message}`);
    const list = lines.length === 1 ? ` ${lines[0]}` : lines.map((line, index) => `\n${index + 1}. ${line}`).join('');
    super(`No file was written:${list}`, options);
    this.faults = faults;
  }
}
