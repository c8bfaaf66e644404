import type { Steps } from '../../system/steps.ts';
import { beyondLimit, maxFollowingMessages, maxFollowingSignatures } from './limits.ts';
import { bodyOf, headerOf, kindOf, signaturesIn, tasksOf, type WireSignature } from './signature.ts';

/**
 * Counts the work and the messages of what follows one task, before any of it is expanded. Linear in the size of the
 * signatures, which their expansion is not: a group adds its errbacks to each of its members, and each level of nesting reads
 * the signatures in it again.
 */
export class ExpansionSize {
  #signatures = 0;
  #messages = 0;

  /**
   * Adds a signature that will be expanded, with this many links that it will get besides its own.
   *
   * Throws CanvasError TOO_LARGE beyond a limit, and NOT_A_SIGNATURE for a value that is none.
   */
  *add(signature: WireSignature, links = 0): Steps<void> {
    yield* this.#visit(signature, links, 1, true);
  }

  /** Adds signatures that will never be sent, such as the later steps of a failed chain. */
  *addUnsent(signatures: readonly WireSignature[]): Steps<void> {
    yield* this.#visitAll(signatures, 0, 0, false);
  }

  /** Adds messages, errbacks that are called, and results that are stored, for which no signature was added as sent. */
  addMessages(count: number): void {
    this.#messages += count;
    if (this.#messages > maxFollowingMessages)
      throw beyondLimit(
        `More than ${maxFollowingMessages} tasks follow this one`,
        `${maxFollowingMessages} messages`,
        'send fewer and larger tasks, such as chunks, or let several tasks send them',
      );
  }

  #addSignatures(count: number): void {
    this.#signatures += count;
    if (this.#signatures > maxFollowingSignatures)
      throw beyondLimit(
        `More than ${maxFollowingSignatures} signatures and links follow this task`,
        `${maxFollowingSignatures} signatures`,
        'send fewer members, links or levels, or let several tasks send them',
      );
  }

  /** `isSent`: the first task of the signature is published now, and not after another one. */
  *#visit(signature: WireSignature, links: number, level: number, isSent: boolean): Steps<void> {
    yield;
    const { link, link_error } = signature.options;
    const [own, ownErrors] = [lengthOf(link), lengthOf(link_error)];
    this.#addSignatures(level + links + own + ownErrors);
    const inherited = links + ownErrors;
    switch (kindOf(signature)) {
      case 'task':
        if (isSent) this.addMessages(1);
        return;
      case 'group':
        yield* this.#visitAll(tasksOf(signature), inherited, level, isSent);
        return;
      case 'chain': {
        const [first, ...others] = tasksOf(signature);
        if (first) yield* this.#visit(first, inherited, level + 1, isSent);
        yield* this.#visitAll(others, inherited, level, false);
        return;
      }
      case 'chord':
        yield* this.#visitAll(tasksOf(headerOf(signature)), inherited, level, isSent);
        yield* this.#visit(bodyOf(signature), inherited + own, level + 1, false);
    }
  }

  *#visitAll(signatures: readonly WireSignature[], links: number, level: number, isSent: boolean): Steps<void> {
    this.#addSignatures(signatures.length); // Before the first is visited: a list that is too long costs nothing.
    for (const signature of signatures) yield* this.#visit(signature, links, level + 1, isSent);
  }
}

function lengthOf(option: unknown): number {
  return Array.isArray(option) ? option.length : signaturesIn(option).length;
}
