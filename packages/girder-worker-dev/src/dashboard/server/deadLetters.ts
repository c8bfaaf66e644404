import { codeOf, type ListedDeadLetter, taskNamedIn } from 'girder-worker/internal/operations';
import type { ActionAnswer, DeadLetterAction, DeadLetterPage, DeadLetterRow } from '../data.ts';
import type { DashboardStack } from './stack.ts';

/** The most dead letters that a page shows. */
const maxLetters = 1000;

export async function deadLettersOf({ queueAdmin }: DashboardStack, queue: string): Promise<DeadLetterPage> {
  const listed: ListedDeadLetter[] = [];
  const keep = (letter: ListedDeadLetter) => {
    listed.push(letter);
    return 'keep' as const;
  };
  await queueAdmin.processDeadLetters(queue, keep, { isDone: () => listed.length >= maxLetters });
  const letters = await Promise.all(listed.map(rowOf));
  return { queue, letters: letters.sort((a, b) => b.sentMs - a.sentMs) };
}

async function rowOf(letter: ListedDeadLetter): Promise<DeadLetterRow> {
  const { messageId, body, sentMs, reason } = letter;
  const { task = null, id: taskId = null } = (await taskNamedIn(body)) ?? {};
  const why = reason ?? 'delivered too often without being acknowledged';
  return { messageId, taskId, task, sentMs, code: codeOf(letter), reason: why };
}

/** Sends dead letters back to their queue, or deletes them. */
export async function actOnDeadLetters(
  { queueAdmin }: DashboardStack,
  { queue, messageIds, action }: DeadLetterAction,
): Promise<ActionAnswer> {
  const chosen = new Set(messageIds);
  const wanted = action === 'replay' ? 'redrive' : 'drop';
  const counts = await queueAdmin.processDeadLetters(queue, ({ messageId }) =>
    chosen.has(messageId) ? wanted : 'keep',
  );
  const done = `${plural(counts[wanted], 'dead letter')} ${action === 'replay' ? `sent back to ${queue}` : 'deleted'}`;
  const refused = [...counts.refused].map(
    ([target, number]) =>
      ` ${plural(number, 'dead letter')} not sent to "${target}": the redrive policy of that queue does not name this dead-letter queue.`,
  );
  const missing = chosen.size - counts[wanted] - [...counts.refused.values()].reduce((sum, number) => sum + number, 0);
  return { text: `${done}.${missing > 0 ? ` ${missing} not found: read the list again.` : ''}${refused.join('')}` };
}

export function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
