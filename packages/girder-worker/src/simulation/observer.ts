import type { Attributes } from '../store/dynamodb/attributeValues.ts';
import type { Process } from './process.ts';

/** What must hold in every simulation. */
export type Invariant =
  | 'one terminal result that never changes'
  | 'the result is the expected one'
  | 'one id never runs twice at the same time'
  | 'without a death between run and result, one run per message of a retry'
  | 'an older retry never runs after a newer one'
  | 'the body of a chord gets the results of all members, in order'
  | 'a task that was revoked before it was sent does not run'
  | 'when the handler has returned, no task runs'
  | 'the returned messages are messages of the event'
  | 'few messages per task, however long it waits'
  | 'every dead letter has a result';

export interface Violation {
  readonly invariant: Invariant;
  readonly id: string;
  readonly text: string;
}

/** The run of a task in a process. */
export interface ObservedRun {
  readonly id: string;
  readonly task: string;
  readonly epoch: number;
  readonly process: Process;
}

/** The messages of one task that are sent in the worst case: its retries, its waits, and the copies of a message that returns often. */
const maxMessagesPerTask = 30;

/** Watches a simulation, and collects what must not happen. */
export class Observer {
  readonly violations: Violation[] = [];
  runs = 0;
  bodies = 0;
  maxMessages = 0;
  readonly #terminal = new Map<string, { readonly state: string; readonly bytes: Uint8Array | undefined }>();
  readonly #expected = new Map<string, string>();
  readonly #revoked = new Set<string>();
  readonly #running = new Map<string, ObservedRun>();
  readonly #lastRuns = new Map<string, ObservedRun>();
  readonly #messages = new Map<string, number>();
  readonly #trace: string | undefined;
  readonly history: string[] = [];
  readonly #now: () => number;

  /** @param trace the id whose history is kept */
  constructor(now: () => number, trace: string | undefined) {
    this.#now = now;
    this.#trace = trace;
  }

  /** A client has sent a flow whose result has this id. */
  accepted(id: string, expected: string, isRevoked: boolean): void {
    this.#expected.set(id, expected);
    if (isRevoked) this.#revoked.add(id);
  }

  /** The results that have not ended. */
  isOpen(id: string): boolean {
    return !this.#terminal.has(id);
  }

  published(id: string): void {
    const count = (this.#messages.get(id) ?? 0) + 1;
    this.#messages.set(id, count);
    this.maxMessages = Math.max(this.maxMessages, count);
    if (count === maxMessagesPerTask + 1)
      this.#violated('few messages per task, however long it waits', id, `${count}`);
    this.note(id, 'a message is sent');
  }

  began(run: ObservedRun): void {
    const { id, process, epoch } = run;
    this.runs += 1;
    this.note(id, `runs in ${process.name}, epoch ${epoch}`);
    const other = this.#running.get(id);
    if (other && !other.process.isDead && other !== run)
      this.#violated('one id never runs twice at the same time', id, `in ${other.process.name} and ${process.name}`);
    const last = this.#lastRuns.get(id);
    if (last && last.epoch > epoch)
      this.#violated('an older retry never runs after a newer one', id, `${epoch} after ${last.epoch}`);
    if (last?.epoch === epoch && last.task === run.task && !last.process.isDead)
      this.#violated(
        'without a death between run and result, one run per message of a retry',
        id,
        `again in ${process.name}, after ${last.process.name}`,
      );
    if (this.#revoked.has(id))
      this.#violated('a task that was revoked before it was sent does not run', id, process.name);
    this.#running.set(id, run);
    this.#lastRuns.set(id, run);
  }

  ended(run: ObservedRun): void {
    this.note(run.id, `has ended in ${run.process.name}`);
    if (this.#running.get(run.id) === run) this.#running.delete(run.id);
  }

  gotResults(id: string, results: unknown, expected: unknown): void {
    this.bodies += 1;
    if (JSON.stringify(results) !== JSON.stringify(expected))
      this.#violated(
        'the body of a chord gets the results of all members, in order',
        id,
        `${JSON.stringify(results)} instead of ${JSON.stringify(expected)}`,
      );
  }

  returned(process: Process, sent: readonly string[], failed: readonly string[]): void {
    for (const run of this.#running.values())
      if (run.process === process) this.#violated('when the handler has returned, no task runs', run.id, process.name);
    for (const id of failed)
      if (!sent.includes(id)) this.#violated('the returned messages are messages of the event', id, process.name);
  }

  wrote(key: string, before: Attributes | undefined, after: Attributes | undefined): void {
    const id = /^b'celery-task-meta-(.*)'$/.exec(key)?.[1];
    if (id === undefined) return;
    if (this.#trace === id) this.note(id, `${describe(before)} → ${describe(after)}`);
    const state = after?.fin?.S;
    const bytes = after?.result?.B;
    const terminal = this.#terminal.get(id);
    if (!terminal) {
      if (state !== undefined) this.#terminal.set(id, { state, bytes });
      return;
    }
    const isSame = terminal.state === state && Buffer.compare(terminal.bytes ?? nothing, bytes ?? nothing) === 0;
    if (!isSame) this.#violated('one terminal result that never changes', id, `${terminal.state}, then ${state}`);
  }

  deadLetter(id: string): void {
    if (this.isOpen(id)) this.#violated('every dead letter has a result', id, 'PENDING');
  }

  /** To be called at the end. */
  finish(): void {
    for (const [id, expected] of this.#expected) {
      const state = this.#terminal.get(id)?.state ?? 'PENDING';
      if (state !== expected) this.#violated('the result is the expected one', id, `${state} instead of ${expected}`);
    }
  }

  note(id: string, text: string): void {
    if (id === this.#trace) this.history.push(`${new Date(this.#now()).toISOString()} ${text}`);
  }

  #violated(invariant: Invariant, id: string, text: string): void {
    this.violations.push({ invariant, id, text });
    this.note(id, `VIOLATION: ${invariant}: ${text}`);
  }
}

const nothing = new Uint8Array();

/** The attributes that decide about a task. */
function describe(item: Attributes | undefined): string {
  if (!item) return 'no item';
  const { own, att, ep, fin, rvk, ra } = item;
  const parts = { own: own?.S, att: att?.N, ep: ep?.N, fin: fin?.S, rvk: rvk?.N, ra: ra?.N };
  return JSON.stringify(parts);
}
