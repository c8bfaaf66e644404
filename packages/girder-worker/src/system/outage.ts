import type { System } from './system.ts';

/** How often a failure that lasts is logged. */
const periodMs = 60_000;

export interface OutageOptions {
  /** What fails, as the start of a sentence: `Cannot read revocations from the result table`. */
  readonly what: string;
  /** The sentence for its end, without a full stop: `Revocations are read from the result table again`. */
  readonly ended: string;
  readonly log: OutageLog;
  /** The level of the lines about failures; the line about the end is a warning, so that a log that shows the one shows the other. @default warn */
  readonly level?: 'warn' | 'error';
  readonly system: Pick<System, 'now'>;
}

/** The log of the outages, which is a part of `Log` in `events/`. */
export interface OutageLog {
  warn(text: string, fields?: Readonly<Record<string, unknown>>): void;
  error(text: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** A failure that lasts. */
export interface OngoingOutage {
  readonly what: string;
  /** When it began, in ms since 1970. */
  readonly sinceMs: number;
  /** The number of failed attempts. */
  readonly failures: number;
  /** The last error in one line. */
  readonly error: string;
}

/** The failures of work that is repeated. It logs a failure when it begins, once a minute while it lasts, and when it ends. */
export interface Outage {
  /** Undefined while the work succeeds. */
  readonly ongoing: OngoingOutage | undefined;
  /** An attempt has failed. */
  failed(error: unknown): void;
  /** An attempt has succeeded. */
  succeeded(): void;
}

export function createOutage({ what, ended, log, level = 'warn', system }: OutageOptions): Outage {
  let ongoing: OngoingOutage | undefined;
  let loggedMs = 0;

  return {
    get ongoing() {
      return ongoing;
    },

    failed(cause) {
      const nowMs = system.now();
      const error = describeError(cause);
      const { sinceMs, failures } = ongoing ?? { sinceMs: nowMs, failures: 0 };
      const isFirst = ongoing === undefined;
      ongoing = { what, sinceMs, failures: failures + 1, error };
      if (!isFirst && nowMs - loggedMs < periodMs) return;
      loggedMs = nowMs;
      const text = isFirst ? `${what}: ${error}. Retrying...` : `${what} since ${durationOf(ongoing, nowMs)}: ${error}`;
      log[level](text, fieldsOf(ongoing, nowMs));
    },

    succeeded() {
      if (!ongoing) return;
      const nowMs = system.now();
      log.warn(`${ended}, after ${durationOf(ongoing, nowMs)}.`, fieldsOf(ongoing, nowMs));
      ongoing = undefined;
    },
  };
}

/** `61 s and 240 failed attempts`. */
function durationOf({ sinceMs, failures }: OngoingOutage, nowMs: number): string {
  const seconds = Math.round((nowMs - sinceMs) / 1000);
  return `${seconds} s and ${failures} failed attempt${failures === 1 ? '' : 's'}`;
}

function fieldsOf({ sinceMs, failures, error }: OngoingOutage, nowMs: number) {
  return { outageSeconds: (nowMs - sinceMs) / 1000, failures, error };
}

/** An error in one line, without a full stop. An AggregateError of Node, one error for each address, has a code but no message. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message } = error;
  if (!message) return String((error as NodeJS.ErrnoException).code ?? name);
  const text = message.replaceAll(/\s*[\r\n]+\s*/g, ' ').replace(/\.$/, '');
  return name === 'Error' || text.includes(name) ? text : `${name}: ${text}`;
}
