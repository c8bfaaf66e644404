import type { Outcome } from '../outcome/outcome.ts';
import type { Log } from './log.ts';
import type { RunInfo, TaskEvents } from './taskEvents.ts';

/** The most characters of a result that a line shows. */
const maxResultCharacters = 1024;

/** The listener that writes the log lines of a Celery worker: `Task … received`, `Task … succeeded in 0.073s: 121393`. */
export function createCeleryLogEvents(log: Log): TaskEvents {
  return {
    received: (run) => log.info(`Task ${titleOf(run)} received`),
    log: (run, level, text) => log[level](`${titleOf(run)}: ${text}`),
    ended: (run, outcome, runtimeMs) => logEnd(log, `Task ${titleOf(run)}`, outcome, runtimeMs),
  };
}

/** A task as log lines name it: `gwexample.analyses.tasks.fibonacci[0d6e…]`. */
export function titleOf({ message: { task, id } }: Pick<RunInfo, 'message'>): string {
  return `${task}[${id}]`;
}

function logEnd(log: Log, task: string, outcome: Outcome, runtimeMs: number): void {
  switch (outcome.state) {
    case 'SUCCESS':
      log.info(`${task} succeeded in ${runtimeMs / 1000}s: ${outcome.resultJson.slice(0, maxResultCharacters)}`);
      return;
    case 'FAILURE': {
      const { type, argsJson, traceback } = outcome.failure;
      const exception = `${type}(${argsJson.slice(1, -1)})`;
      // As Celery: an error of the option `throws` is no fault of the program, and has no traceback.
      if (outcome.isExpected) log.info(`${task} raised expected: ${exception}`);
      else log.error(`${task} raised unexpected: ${exception}${traceback ? `\n${traceback}` : ''}`);
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
      log.warn(`${task} rejected, ${outcome.requeue ? 'back to the queue' : 'not requeued'}`);
      return;
    case 'RETURNED':
      log.warn(`${task} back to the queue: ${outcome.why}`);
      return;
  }
}
