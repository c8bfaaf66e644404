import type { Message } from '../message/message.ts';
import type { Revocation } from '../store/resultStore.ts';

/**
 * A place where tasks are revoked: the result table, or the job record of another system. The dispatcher asks all its
 * sources; a source that fails is logged and asked again, and never fails a task.
 */
export interface RevocationSource {
  /** Named in log lines: `the result table`. */
  readonly name: string;
  /** Whether a task that is about to run was revoked. Called once, after the claim; it delays the task. */
  findBeforeRun(message: Message): Promise<Revocation | undefined>;
  /** The revocations of running tasks, by task id. Called once per poll period for all running tasks together. */
  findWhileRunning(messages: readonly Message[]): Promise<ReadonlyMap<string, Revocation>>;
}

/** The strongest of several revocations: `terminated` before `revoked`. Undefined if there is none. */
export function strongestRevocation(revocations: readonly (Revocation | undefined)[]): Revocation | undefined {
  return revocations.includes('terminated') ? 'terminated' : revocations.find((revocation) => revocation);
}
