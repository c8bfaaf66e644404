import type { Log } from '../events/log.ts';
import type { Message } from '../message/message.ts';
import type { Outcome } from '../outcome/outcome.ts';

/** How much of a result is shown, in characters. */
const shownResult = 1024;

/** Tells of a task's life in the lines that Celery's users know. */
export function reportReceived(log: Log, message: Message): void {
  log.info(`Task ${title(message)} received`);
}

export function reportEnded(log: Log, message: Message, outcome: Outcome, elapsedMs: number): void {
  const task = `Task ${title(message)}`;
  switch (outcome.state) {
    case 'SUCCESS':
      log.info(`${task} succeeded in ${elapsedMs / 1000}s: ${outcome.resultJson.slice(0, shownResult)}`);
      return;
    case 'FAILURE': {
      const { type, argsJson, traceback } = outcome.failure;
      log.error(`${task} raised unexpected: ${type}(${argsJson.slice(1, -1)})${traceback ? `\n${traceback}` : ''}`);
      return;
    }
    case 'REVOKED':
      log.info(`${task} revoked (${outcome.reason})`);
      return;
    case 'RETRY':
      log.info(`${task} retry: not before ${new Date(outcome.etaMs).toISOString()}`);
      return;
    case 'REPLACED':
      log.info(`${task} replaced by another`);
      return;
    case 'IGNORED':
      log.info(`${task} ignored`);
      return;
    case 'REJECTED':
      log.warn(`${task} rejected, ${outcome.requeue ? 'back to the queue' : 'for good'}`);
      return;
    case 'RETURNED':
      log.warn(`${task} back to the queue: ${outcome.why}`);
      return;
  }
}

export function title({ task, id }: Pick<Message, 'task' | 'id'>): string {
  return `${task}[${id}]`;
}
