import type { Finding, Status } from './checks/finding.ts';

const words: Readonly<Record<Status, string>> = {
  ok: 'ok',
  warning: 'warning',
  failure: 'failure',
  notChecked: 'not checked',
};

/** Returns the lines of a report for a person: one for each finding, two more for a fault, and the numbers. */
export function reportLines(findings: readonly Finding[]): string[] {
  const width = (texts: readonly string[]) => Math.max(...texts.map(({ length }) => length));
  const checks = width(findings.map(({ check }) => check));
  const subjects = width(findings.map(({ subject }) => subject));
  const lines = findings.flatMap(({ status, check, subject, found, expected, advice }) => [
    `${words[status].padEnd(11)}  ${check.padEnd(checks)}  ${subject.padEnd(subjects)}  ${found}`,
    ...(expected === undefined ? [] : [`${' '.repeat(13)}expected: ${expected}`]),
    ...(advice === undefined ? [] : [`${' '.repeat(13)}to do: ${advice}`]),
  ]);
  return [...lines, `${summary(findings)}.`];
}

/** `12 ok, 1 warning, 0 failures, 2 not checked`. */
function summary(findings: readonly Finding[]): string {
  const { ok, warning, failure, notChecked } = countFindings(findings);
  const plural = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
  return `${ok} ok, ${plural(warning, 'warning')}, ${plural(failure, 'failure')}, ${notChecked} not checked`;
}

export function countFindings(findings: readonly Finding[]): Record<Status, number> {
  const counts = { ok: 0, warning: 0, failure: 0, notChecked: 0 };
  for (const { status } of findings) counts[status]++;
  return counts;
}
