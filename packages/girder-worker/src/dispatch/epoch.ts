import type { Message } from '../message/message.ts';

/** More retries than anybody makes. */
const retriesPerNesting = 1_000_000;

/**
 * Which of a task's messages one is: a later one, sent by a retry or a replacement, has a greater number. A replacement
 * begins to count its retries anew.
 */
export function epochOf({ retries, replacedTaskNesting }: Pick<Message, 'retries' | 'replacedTaskNesting'>): number {
  return replacedTaskNesting * retriesPerNesting + retries;
}
