import { faultKinds, faultNames } from './faultKinds.ts';
import type { SimulationReport } from './simulate.ts';

/** Returns the sums of several reports as a table, one row a line. */
export function reportTable(reports: readonly SimulationReport[]): string {
  const sum = (value: (report: SimulationReport) => number) =>
    reports.reduce((total, report) => total + value(report), 0);
  const rows: readonly (readonly [string, number])[] = [
    ['tasks sent', sum(({ tasks }) => tasks)],
    ['runs', sum(({ runs }) => runs)],
    ['bodies of chords, each with all results in order', sum(({ chordBodies }) => chordBodies)],
    ['invocations', sum(({ invocations }) => invocations)],
    ['workers, of which each has died or was shut down', sum(({ workers }) => workers)],
    ['runs in Python workers', sum(({ pythonRuns }) => pythonRuns)],
    ['tasks that clients revoked', sum(({ revoked }) => revoked)],
    ['tasks whose result clients forgot', sum(({ forgotten }) => forgotten)],
    ['requests to DynamoDB and SQS', sum(({ requests }) => requests)],
    ...faultNames.map((name) => [faultKinds[name].row, sum(({ faults }) => faults[name])] as const),
    ['most messages of one task', Math.max(...reports.map(({ maxMessagesPerTask }) => maxMessagesPerTask))],
    ['dead letters, each with a result', sum(({ deadLetters }) => deadLetters)],
    ['hours of virtual time', Math.round(sum(({ virtualHours }) => virtualHours))],
    ['violations', sum(({ violations }) => violations.length)],
  ];
  return rows.map(([name, value]) => `${name.padEnd(50)} ${String(value).padStart(10)}`).join('\n');
}
