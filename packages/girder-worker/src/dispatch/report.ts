import type { Message } from '../message/message.ts';
import type { Outcome } from '../outcome/outcome.ts';
import type { Log } from './log.ts';

/** How much of a result is shown, in characters. */
const shownResult = 1024;

/** Tells of a task's life in the lines that Celery's users know. */
export function reportReceived(log: Log, message: Message): void {
  log.info(`Task ${title(message)} received`);
}

export function reportEnded(log: Log, message: Message, outcome: Outcome, elapsedMs: number): void {
  const seconds = `${elapsedMs / 1000}s`;
  switch (outcome.state) {
    case 'SUCCESS':
      log.info(`Task ${title(message)} succeeded in ${seconds}: ${outcome.resultJson.slice(0, shownResult)}`);
      return;
    case 'FAILURE': {
      const { type, argsJson, traceback } = outcome.failure;
      log.error(
        `Task ${title(message)} raised unexpected: ${type}(${argsJson.slice(1, -1)})${traceback ? `\n${traceback}` : ''}`,
      );
      return;
    }
    case 'REVOKED':
      log.info(`Task ${title(message)} revoked (${outcome.reason})`);
      return;
  }
}

export function title({ task, id }: Pick<Message, 'task' | 'id'>): string {
  return `${task}[${id}]`;
}
