import type { Failure } from '../outcome/failure.ts';
import type { Outcome } from '../outcome/outcome.ts';
import type { System } from '../system/system.ts';
import type { Log, LogFields } from './log.ts';
import type { RunInfo, TaskEvents } from './taskEvents.ts';

/** The most characters of a result, and of the arguments of an exception, that a line shows. */
const maxValueCharacters = 1024;

/**
 * The listener that writes the log lines of a Celery worker: `Task … received`, `Task … succeeded in 0.073s: 121393`. In JSON,
 * each has the fields of the run and the state of the task.
 */
export function createCeleryLogEvents(log: Log, system: Pick<System, 'now'>): TaskEvents {
  return {
    received: (run) => log.info(`Task ${titleOf(run)} received`, { ...run.logFields, state: 'RECEIVED' }),
    log: (run, level, text, data) =>
      log[level](`${titleOf(run)}: ${text}`, { ...run.logFields, ...(data && { data }) }),
    ended(run, outcome, runtimeMs) {
      const fields = { ...run.logFields, state: outcome.state, runtimeSeconds: runtimeMs / 1000 };
      logEnd(log, `Task ${titleOf(run)}`, outcome, fields, system.now());
    },
  };
}

/** A task as log lines name it: `gwexample.analyses.tasks.fibonacci[0d6e…]`. */
export function titleOf({ message: { task, id } }: Pick<RunInfo, 'message'>): string {
  return `${task}[${id}]`;
}

type EndFields = LogFields & { readonly runtimeSeconds: number };

function logEnd(log: Log, task: string, outcome: Outcome, fields: EndFields, nowMs: number): void {
  switch (outcome.state) {
    case 'SUCCESS': {
      const result = outcome.resultJson.slice(0, maxValueCharacters);
      log.info(`${task} succeeded in ${fields.runtimeSeconds}s: ${result}`, fields);
      return;
    }
    case 'FAILURE': {
      const { failure, isExpected } = outcome;
      const exception = exceptionText(failure);
      // As Celery: an error of the option `throws` is no fault of the program, and has no traceback.
      const traceback = failure.traceback ? { traceback: failure.traceback } : {};
      if (isExpected) log.info(`${task} raised expected: ${exception}`, { ...fields, exception });
      else log.error(`${task} raised unexpected: ${exception}`, { ...fields, exception, ...traceback });
      return;
    }
    case 'REVOKED':
      log.info(`${task} revoked (${outcome.reason})`, { ...fields, reason: outcome.reason });
      return;
    case 'RETRY': {
      const retryInSeconds = Math.max(0, Math.round((outcome.etaMs - nowMs) / 1000));
      const exception = outcome.failure ? { exception: exceptionText(outcome.failure) } : {};
      const reason = exception.exception === undefined ? '' : `: ${exception.exception}`;
      log.info(`${task} retry: Retry in ${retryInSeconds}s${reason}`, { ...fields, retryInSeconds, ...exception });
      return;
    }
    case 'REPLACED':
      log.info(`${task} replaced by another`, fields);
      return;
    case 'IGNORED':
      log.info(`${task} ignored`, fields);
      return;
    case 'REJECTED': {
      const { requeue } = outcome;
      log.warn(`${task} rejected, ${requeue ? 'back to the queue' : 'not requeued'}`, { ...fields, requeue });
      return;
    }
    case 'RETURNED':
      log.warn(`${task} back to the queue: ${outcome.why}`, { ...fields, reason: outcome.why });
      return;
  }
}

/** `ValueError("boom")`, of about a kilobyte at most. */
export function exceptionText({ type, argsJson }: Failure): string {
  const args = argsJson.slice(1, -1);
  return `${type}(${args.length > maxValueCharacters ? `${args.slice(0, maxValueCharacters)}…` : args})`;
}
