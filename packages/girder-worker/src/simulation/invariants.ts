import type { Process } from './process.ts';

/** What must hold in every simulation. */
export type Invariant =
  | 'one terminal result that never changes'
  | 'the result is the expected one'
  | 'one id never runs twice at the same time'
  | 'without a death between run and result, one run per message of a retry'
  | 'an older retry never runs after a newer one'
  | 'the body of a chord gets the results of all members, in order'
  | 'a task that was revoked before it ran does not run'
  | 'when the handler has returned, no task runs'
  | 'the returned messages are messages of the event'
  | 'few messages per task, however long it waits'
  | 'a task fails with its worker only after five deaths'
  | 'the tasks of a FIFO message group run in their order'
  | 'a task that a Python worker has ended does not run in ours'
  | 'every dead letter has a result';

export interface Violation {
  readonly invariant: Invariant;
  readonly id: string;
  readonly text: string;
  /** The seed of the flow to which the task belongs, if that is known. */
  readonly flowSeed?: number;
}

/** A flow as a client has sent it. */
export interface AcceptedFlow {
  /** The states in which its result may end. */
  readonly expected: readonly string[];
  /** The ids of its first tasks. */
  readonly messages: readonly string[];
  /** How long its tasks wait for their eta, in ms. @default 0 */
  readonly waitMs?: number | undefined;
}

/** The run of a task in a process. */
export interface ObservedRun {
  readonly id: string;
  readonly rootId: string | null;
  readonly task: string;
  readonly epoch: number;
  readonly process: Process;
  /** A native call goes on after its thread was terminated. */
  readonly isNative: boolean;
}

/** The end of an invocation. */
export interface ObservedReturn {
  readonly process: Process;
  /** When Lambda would have stopped the function, by the clock of the process. */
  readonly deadlineMs: number;
  /** The ids of the messages of the event, and of those that were returned. */
  readonly sent: readonly string[];
  readonly failed: readonly string[];
}
