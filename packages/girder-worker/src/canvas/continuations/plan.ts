import type { Message } from '../../message/message.ts';
import type { Failure } from '../../outcome/failure.ts';
import type { Expansion } from '../apply/expansion.ts';
import type { WireSignature } from '../signatures/signature.ts';
import type { UnreachableResults } from './failUnreachable.ts';

/** An errback of the new style: it is called where the task failed, and not sent (docs/wire-format.md §1.8). */
export interface Errback {
  readonly signature: WireSignature;
  /** The task that failed, or the body of a chord that could not run. */
  readonly failed: { readonly id: string; readonly task: string; readonly rootId: string };
  readonly failure: Failure;
}

/** What must be done after a task has ended. */
export interface Continuations extends UnreachableResults {
  /** To be published. */
  readonly expansions: readonly Expansion[];
  /** To be called. */
  readonly errbacks: readonly Errback[];
}

export const noContinuations: Continuations = { expansions: [], failedSteps: [], endedMembers: [], errbacks: [] };

/** Whether anything follows the message's task, however it ends. */
export function hasContinuations({ embed }: Message): boolean {
  const { callbacks, errbacks, chain, chord } = embed;
  return callbacks.length > 0 || errbacks.length > 0 || chain.length > 0 || chord !== null;
}
