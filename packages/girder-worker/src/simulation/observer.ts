import type { Log } from '../events/log.ts';
import type { Outcome } from '../outcome/outcome.ts';
import type { Attributes } from '../store/dynamodb/attributeValues.ts';
import { createFifoOrder } from './fifoOrder.ts';
import type { AcceptedFlow, Invariant, ObservedReturn, ObservedRun, Violation } from './invariants.ts';
import { createMessageBound, type MessageBound } from './messageBound.ts';
import type { Process } from './process.ts';
import { createPythonRuns } from './pythonRuns.ts';
import { describeItem, finalStatusIn, isDeadLetter, isWorkerLost } from './storedItem.ts';

/** A task begins so long after its claim, at most: meanwhile a Python worker may end it. */
const claimToRunMs = 10_000;

/** The claims that are lost before a task fails with WorkerLostError. */
const maxAttempts = 5;

/** A function gives up to store an outcome in this last part of an invocation, after requests that failed in the time before. */
const givingUpMs = 10_000;
const failingMs = 30_000;

/** The time of a worker's claim. */
const leaseMs = 60_000;

/** A worker gives up after its requests have failed for so long since the end of a run: the time of a lease, but for the last attempt. */
const workerGivesUpMs = 40_000;

export interface ObserverOptions {
  /** The virtual time, in ms since 1970. */
  readonly now: () => number;
  /** How long DynamoDB was away until now, in ms. */
  readonly tableAwayMs: () => number;
  /** The id whose history is kept. */
  readonly trace: string | undefined;
}

/** Watches a simulation, and collects what must not happen. */
export class Observer {
  readonly violations: Violation[] = [];
  runs = 0;
  bodies = 0;
  readonly #terminal = new Map<string, { readonly state: string; readonly bytes: Uint8Array | undefined }>();
  readonly #expected = new Map<string, readonly string[]>();
  readonly #revoked = new Set<string>();
  /** Tasks that had ended when a client forgot their results. */
  readonly #forgotten = new Set<string>();
  /** The seeds of the flows, by the ids of their tasks. */
  readonly #flowSeeds = new Map<string, number>();
  readonly #running = new Map<string, ObservedRun>();
  readonly #lastRuns = new Map<string, ObservedRun>();
  readonly #processes = new Map<string, Process>();
  /** How many claims of a task were lost, as their processes died. */
  readonly #lostClaims = new Map<string, number>();
  /** Runs that may be followed by a run of the same message, although their process lives. */
  readonly #repeatable = new WeakSet<ObservedRun>();
  /** The runs that have ended in the invocation of a process. */
  readonly #endedMs = new WeakMap<ObservedRun, number>();
  readonly #endedIn = new WeakMap<Process, ObservedRun[]>();
  readonly messages: MessageBound;
  /** The order of the FIFO message groups. */
  readonly fifo = createFifoOrder((id) => this.#terminal.has(id));
  /** What Python workers did. */
  readonly python = createPythonRuns();
  #isByPython = false;
  /** When a Python worker has stored the end of a task. */
  readonly #endedByPythonMs = new Map<string, number>();
  readonly #trace: string | undefined;
  /** The task whose history is kept, and those that a client has sent with it. */
  readonly #traced = new Set<string>();
  readonly history: string[] = [];
  readonly #now: () => number;

  constructor({ now, tableAwayMs, trace }: ObserverOptions) {
    this.#now = now;
    this.messages = createMessageBound(tableAwayMs);
    this.#trace = trace;
    if (trace !== undefined) this.#traced.add(trace);
  }

  /** A client has sent a flow whose result has this id. */
  accepted(id: string, { expected, messages, waitMs = 0 }: AcceptedFlow): void {
    if (id === this.#trace) for (const message of messages) this.#traced.add(message);
    this.#expected.set(id, expected);
    this.python.sent(id, [id, ...messages]);
    this.messages.waits(id, waitMs);
  }

  /** A client has revoked a task, and this is the answer of the store. */
  revoked(id: string, answer: 'revoked' | 'flagged' | 'final'): void {
    this.note(id, `a client has revoked it: ${answer}`);
    if (answer === 'revoked') this.#revoked.add(id);
    const expected = this.#expected.get(id) ?? [];
    if (answer === 'revoked') this.#expected.set(id, ['REVOKED']);
    if (answer === 'flagged') this.#expected.set(id, [...expected, 'REVOKED']);
  }

  /** A client is about to forget the result of a task. If the task has not ended, that must change nothing. */
  forgets(id: string): void {
    this.note(id, 'a client forgets it');
    if (!this.isOpen(id)) this.#forgotten.add(id);
  }

  /** A client has sent messages with these ids for a flow. */
  sentFlow(flowSeed: number, ids: readonly string[]): void {
    for (const id of ids) this.#flowSeeds.set(id, flowSeed);
  }

  /** The results that have not ended. */
  isOpen(id: string): boolean {
    return !this.#terminal.has(id);
  }

  /** A process has begun to dispatch messages: the claims under this request id are its own. */
  invoked(process: Process, requestId: string): void {
    this.#processes.set(requestId, process);
  }

  /** The log of a process: what it tells of a task is a part of the task's history. */
  logOf(process: Process): Log {
    const note = (text: string) => {
      const id = /\[([^\]]+)\]/.exec(text)?.[1];
      if (id !== undefined) this.note(id, `${process.name}: ${text.split('\n')[0]}`);
    };
    return { debug: note, info: note, warn: note, error: note };
  }

  published(id: string): void {
    const tooMany = this.messages.sent(id);
    if (tooMany) this.#violated('few messages per task, however long it waits', id, `${tooMany}`);
    this.note(id, 'a message is sent');
  }

  began(run: ObservedRun): void {
    const { id, rootId, process, epoch } = run;
    this.runs += 1;
    const flowSeed = this.#flowSeeds.get(rootId ?? id);
    if (flowSeed !== undefined) this.#flowSeeds.set(id, flowSeed);
    this.note(id, `runs in ${process.name}, epoch ${epoch}`);
    if (!this.python.hasRun(id)) this.#watchOrder(run);
    if (this.#now() - (this.#endedByPythonMs.get(id) ?? this.#now()) > claimToRunMs)
      this.#violated('a task that a Python worker has ended does not run in ours', id, process.name);
    this.#running.set(id, run);
    this.#lastRuns.set(id, run);
  }

  /** Checks the runs of a task that no Python worker has run: one overwrites our claim, and has none itself. */
  #watchOrder(run: ObservedRun): void {
    const { id, process, epoch } = run;
    const other = this.#running.get(id);
    if (other && !other.process.isDead && other !== run && !this.#hasLostLease(other.process))
      this.#violated('one id never runs twice at the same time', id, `in ${other.process.name} and ${process.name}`);
    const last = this.#lastRuns.get(id);
    if (last && last.epoch > epoch)
      this.#violated('an older retry never runs after a newer one', id, `${epoch} after ${last.epoch}`);
    if (last?.epoch === epoch && last.task === run.task && !this.#mayRunAgain(last))
      this.#violated(
        'without a death between run and result, one run per message of a retry',
        id,
        `again in ${process.name}, after ${last.process.name}`,
      );
    if (this.#revoked.has(id)) this.#violated('a task that was revoked before it ran does not run', id, process.name);
    const earlier = this.fifo.began(id);
    if (earlier) this.#violated('the tasks of a FIFO message group run in their order', id, `before ${earlier}`);
  }

  /** The dispatcher learns how the run ends. */
  settled(run: ObservedRun, state: Outcome['state']): void {
    this.note(run.id, `has ended in ${run.process.name}: ${state}`);
    this.fifo.ended(run.id, state);
    if (state === 'RETURNED') this.#repeatable.add(run);
  }

  /** The code of the task runs no longer. */
  ended(run: ObservedRun): void {
    if (this.#running.get(run.id) === run) this.#running.delete(run.id);
    this.#endedMs.set(run, run.process.system.now());
    const others = this.#endedIn.get(run.process);
    if (others) others.push(run);
    else this.#endedIn.set(run.process, [run]);
  }

  /** The body of a chord has got its results. `given` are those that it must get, or their number if they are 0, 1, 2 and so on. */
  gotResults(id: string, results: unknown, given: unknown): void {
    this.bodies += 1;
    const expected = typeof given === 'number' ? Array.from({ length: given }, (_, index) => index) : given;
    if (JSON.stringify(results) !== JSON.stringify(expected))
      this.#violated(
        'the body of a chord gets the results of all members, in order',
        id,
        `${JSON.stringify(results)} instead of ${JSON.stringify(expected)}`,
      );
  }

  returned({ process, deadlineMs, sent, failed }: ObservedReturn): void {
    const nowMs = process.system.now();
    const couldNotStore = nowMs > deadlineMs - givingUpMs && process.connection.lastFailedMs > nowMs - failingMs;
    if (couldNotStore) for (const run of this.#endedIn.get(process) ?? []) this.#repeatable.add(run);
    this.#endedIn.delete(process);
    for (const run of this.#running.values())
      if (run.process === process && !run.isNative)
        this.#violated('when the handler has returned, no task runs', run.id, process.name);
    for (const id of failed)
      if (!sent.includes(id)) this.#violated('the returned messages are messages of the event', id, process.name);
  }

  wrote(key: string, before: Attributes | undefined, after: Attributes | undefined): void {
    const id = /^b'celery-task-meta-(.*)'$/.exec(key)?.[1];
    if (id === undefined) return;
    if (this.#traced.has(id)) this.note(id, `${describeItem(before)} → ${describeItem(after)}`);
    this.#watchClaim(id, before?.own?.S, after?.own?.S);
    const bytes = after?.result?.B;
    const state = after?.fin?.S ?? (this.#isByPython ? finalStatusIn(bytes) : undefined);
    if (this.#isByPython) {
      // Python overwrites what is stored: the result may change, but it must not be lost.
      if (state !== undefined) this.#terminal.set(id, { state, bytes });
      if (state !== undefined) this.#endedByPythonMs.set(id, this.#now());
      return;
    }
    const terminal = this.#terminal.get(id);
    if (!terminal) {
      if (state !== undefined) this.#terminal.set(id, { state, bytes });
      if (state !== undefined && before?.own && isWorkerLost(state, bytes) && !isDeadLetter(bytes))
        this.#lostItsWorkers(id);
      return;
    }
    if (state === 'FORGOTTEN' && this.#forgotten.has(id)) return;
    const isSame = terminal.state === state && Buffer.compare(terminal.bytes ?? nothing, bytes ?? nothing) === 0;
    if (!isSame) this.#violated('one terminal result that never changes', id, `${terminal.state}, then ${state}`);
  }

  /** Makes a change to the table that a Python worker has requested. */
  byPython<Answer>(change: () => Answer): Answer {
    this.#isByPython = true;
    try {
      return change();
    } finally {
      this.#isByPython = false;
    }
  }

  #lostItsWorkers(id: string): void {
    const lost = this.#lostClaims.get(id) ?? 0;
    if (lost < maxAttempts) this.#violated('a task fails with its worker only after five deaths', id, `${lost} deaths`);
  }

  #watchClaim(id: string, before: string | undefined, after: string | undefined): void {
    if (before === undefined || after === undefined || before === after) return;
    const process = this.#processes.get(before.slice(0, before.lastIndexOf(':')));
    if (process && (process.isDead || this.#hasLostLease(process)))
      this.#lostClaims.set(id, (this.#lostClaims.get(id) ?? 0) + 1);
  }

  deadLetter(id: string): void {
    if (this.isOpen(id)) this.#violated('every dead letter has a result', id, 'PENDING');
  }

  /** To be called at the end. */
  finish(): void {
    for (const [id, expected] of this.#expected) {
      const { state, bytes } = this.#terminal.get(id) ?? { state: 'PENDING' };
      // Celery's worker knows no such revocation. It also fails the later steps of a chain that fails.
      const isOverwritten = this.#revoked.has(id) && (this.python.hasRun(id) || this.#endedByPythonMs.has(id));
      const mayDiffer = isOverwritten || isWorkerLost(state, bytes) || this.python.mayDiffer(id);
      if (!expected.includes(state) && !mayDiffer)
        this.#violated('the result is the expected one', id, `${state} instead of ${expected.join(' or ')}`);
    }
  }

  /** Whether a worker could not renew its claims, as it reached no service: others may run its tasks, until it learns that. */
  #hasLostLease({ connection, system }: Process): boolean {
    return connection.lastGivenUpMs > system.now() - leaseMs;
  }

  /** Whether a run may be followed by another one of the same message. */
  #mayRunAgain(run: ObservedRun): boolean {
    const { isDead, connection } = run.process;
    const failedMs = connection.lastFailedMs - (this.#endedMs.get(run) ?? Number.POSITIVE_INFINITY);
    return isDead || this.#hasLostLease(run.process) || this.#repeatable.has(run) || failedMs > workerGivesUpMs;
  }

  note(id: string, text: string): void {
    if (!this.#traced.has(id)) return;
    const who = id === this.#trace ? '' : `[${id}] `;
    this.history.push(`${new Date(this.#now()).toISOString()} ${who}${text}`);
  }

  #violated(invariant: Invariant, id: string, text: string): void {
    const flowSeed = this.#flowSeeds.get(id);
    this.violations.push({ invariant, id, text, ...(flowSeed !== undefined && { flowSeed }) });
    this.note(id, `VIOLATION: ${invariant}: ${text}`);
  }
}

const nothing = new Uint8Array();
