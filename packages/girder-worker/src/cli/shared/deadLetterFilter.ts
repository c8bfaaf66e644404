import { InvalidArgumentError } from 'commander';
import { deliveredTooOften } from '../../transport/deadLetterAttributes.ts';
import type { ListedDeadLetter } from '../../transport/queueAdmin.ts';

/** The options that select dead letters; one that is given must hold for a letter. */
export interface DeadLetterFilter {
  /** Matches the whole name of the task. */
  readonly task?: RegExp;
  /** The code, in any case. */
  readonly code?: string;
  /** A part of the reason, in any case. */
  readonly reason?: string;
  readonly olderThan?: number;
  readonly newerThan?: number;
}

/** A dead letter with the name and the id of its task; null if they cannot be read from its body. */
export interface DeadLetterSummary extends ListedDeadLetter {
  readonly task: string | null;
  readonly taskId: string | null;
}

/** Whether a dead letter has all that the filter asks for. A letter that SQS has moved itself has the code DELIVERED_TOO_OFTEN. */
export function matchesFilter(filter: DeadLetterFilter, letter: DeadLetterSummary, nowMs: number): boolean {
  const { task, code, reason, olderThan, newerThan } = filter;
  const ageMs = nowMs - letter.sentMs;
  return (
    (task === undefined || (letter.task !== null && task.test(letter.task))) &&
    (code === undefined || codeOf(letter).toLowerCase() === code.toLowerCase()) &&
    (reason === undefined || (letter.reason ?? '').toLowerCase().includes(reason.toLowerCase())) &&
    (olderThan === undefined || ageMs > olderThan) &&
    (newerThan === undefined || ageMs < newerThan)
  );
}

export function codeOf({ code }: ListedDeadLetter): string {
  return code ?? deliveredTooOften;
}

/** Reads a pattern of names: `*` stands for any characters, `?` for one. */
export function nameGlob(text: string): RegExp {
  if (text === '') throw new InvalidArgumentError('It is empty.');
  const parts = text
    .replace(/[\\^$.+()[\]{}|]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${parts}$`, 's');
}

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads a duration such as `90s`, `15m`, `36h` or `2d`. Returns ms. */
export function duration(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
  if (number === undefined || unit === undefined)
    throw new InvalidArgumentError('Must be a number with a unit: 90s, 15m, 36h or 2d.');
  return Number(number) * unitMs[unit]!;
}
