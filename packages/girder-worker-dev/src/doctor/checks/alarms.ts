import type { AlarmedMetric } from '../facts/alarms.ts';
import type { Answer } from '../facts/answer.ts';
import { type Finding, findingsOf } from './finding.ts';

export interface AlarmSubjects {
  readonly queues: readonly string[];
  readonly deadLetterQueues: readonly string[];
  readonly functions: readonly string[];
}

/** Checks that alarms watch the dead letters, the age of the oldest message, and errors and throttles of the functions. */
export function checkAlarms(alarms: Answer<readonly AlarmedMetric[]>, subjects: AlarmSubjects): Finding[] {
  const wanted = [
    ...subjects.deadLetterQueues.map((name) => ['AWS/SQS', 'ApproximateNumberOfMessagesVisible', name] as const),
    ...subjects.queues.map((name) => ['AWS/SQS', 'ApproximateAgeOfOldestMessage', name] as const),
    ...subjects.functions.flatMap((name) => [
      ['AWS/Lambda', 'Errors', name] as const,
      ['AWS/Lambda', 'Throttles', name] as const,
    ]),
  ];
  return wanted.map(([namespace, metric, name]) => {
    const { ok, warning, notChecked } = findingsOf('alarm', name);
    if (alarms.kind !== 'value')
      return notChecked(alarms.kind === 'missing' ? 'CloudWatch has no alarms.' : alarms.reason);
    const isWatched = alarms.value.some(
      (alarm) => alarm.namespace === namespace && alarm.metric === metric && alarm.subjects.includes(name),
    );
    if (isWatched) return ok(`an alarm watches ${metric}`);
    return warning(`no alarm watches ${metric}`, {
      expected: `an alarm on ${metric} (${namespace})`,
      advice: 'Add an alarm of CloudWatch with an action that reaches an operator.',
    });
  });
}
