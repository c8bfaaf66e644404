import type { Message } from '../message/message.ts';
import type { ResultContext } from '../store/resultStore.ts';

/** What of a message belongs into the stored result. */
export function contextOf({ group, parentId }: Message, childrenJson = '[]'): ResultContext {
  return { group, parentId, childrenJson };
}
