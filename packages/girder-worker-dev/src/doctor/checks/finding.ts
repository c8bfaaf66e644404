/** `notChecked` says that the check could not be made, and never that its subject is in order. */
export type Status = 'ok' | 'warning' | 'failure' | 'notChecked';

/** The answer of one check about one subject, such as a queue or a function. */
export interface Finding {
  /** The name of the check, the same in all versions, such as `visibilityTimeout`. */
  readonly check: string;
  /** The name of the queue, function or table. */
  readonly subject: string;
  readonly status: Status;
  /** What was found; for `notChecked`, why the check could not be made. */
  readonly found: string;
  /** What should have been found. Set for warnings and failures. */
  readonly expected?: string;
  /** What to do. Set for warnings and failures. */
  readonly advice?: string;
}

/** What a fault is compared with, and what to do about it. */
export interface Remedy {
  readonly expected: string;
  readonly advice: string;
}

/** Returns the findings of one check about one subject. */
export function findingsOf(check: string, subject: string) {
  const ok = (found: string): Finding => ({ check, subject, status: 'ok', found });
  const failure = (found: string, remedy: Remedy): Finding => ({ check, subject, status: 'failure', found, ...remedy });
  const warning = (found: string, remedy: Remedy): Finding => ({ check, subject, status: 'warning', found, ...remedy });
  const notChecked = (reason: string): Finding => ({ check, subject, status: 'notChecked', found: reason });
  return { ok, failure, warning, notChecked };
}
