import {
  outageSeconds,
  patienceMs,
  type Seen,
  type TraceName,
  traceNames,
  visibilityTimeoutSeconds,
} from './reliabilityTraces.ts';
import { latestCelery } from './versions.ts';

/** What each system did, by the names of the traces. */
export interface Measured {
  readonly celeryEarly: Record<TraceName, Seen>;
  readonly celeryLate: Record<TraceName, Seen>;
  readonly ours: Record<TraceName, Seen>;
}

/** Returns the text of docs/reliability.md. */
export function reliabilityDocument(measured: Measured): string {
  const columns = [measured.celeryEarly, measured.celeryLate, measured.ours];
  return [
    `# Reliability, side by side with Celery

After this page you can tell what becomes of a task when something fails, with Celery's worker on SQS and DynamoDB, and with this one.

\`test/interop/reliability.test.ts\` does the same to a worker of Celery ${latestCelery} (pool \`threads\`) and to \`girder-worker worker\`, on the
emulators of SQS and DynamoDB, with the same client, and a queue with a visibility timeout of ${visibilityTimeoutSeconds} s. Each task counts its runs. The test fails
if a count or a state differs from this page, which it generates:
\`UPDATE_DOCS=1 npx vitest run test/interop/reliability.test.ts\`.

Celery's default is \`acks_late=False\`: it deletes the message before the task runs. This worker's default is the other one
([worker.md](worker.md#at-most-once) describes \`acksLate: false\`).

| What happens to a task | Celery, its default | Celery, \`acks_late=True\` | This worker |
|---|---|---|---|`,
    ...traceNames.map(
      ([name, sentence]) => `| ${sentence} | ${columns.map((seen) => cellOf(name, seen[name])).join(' | ')} |`,
    ),
    `
**lost**: it ran, but no client gets a result, within ${patienceMs / 1000} s after the last step. **stuck**: it has not run by then, and its message is still in the queue. **doubled**: the task ran again although the run before it went on.
**again**: it ran again, because the run before it ended with its worker. **ignored**: it ran although it was revoked before.

What the test does not do: an outage is ${outageSeconds} s long, and closes the connections to the emulator; SQS and DynamoDB of AWS throttle, too, and answer late.
When Celery's worker loses its connection to SQS, it ends; its log says \`Unrecoverable error: AttributeError("'list' object has no attribute 'get'")\`. A supervisor would
start it again, and it would take the task then. Celery's client and worker have their default
settings for remote control. [faults.md](faults.md) describes what this worker does, and its simulator.
`,
  ].join('\n');
}

function cellOf(name: TraceName, { runs, state }: Seen): string {
  const ran =
    runs === 0 ? 'did not run' : runs === 1 ? 'ran once' : name === 'killed' ? 'ran again' : 'ran twice or more';
  return `${verdictOf(name, runs, state)}: ${ran}, ${state}`;
}

function verdictOf(name: TraceName, runs: number, state: string): string {
  if (name === 'revoked') return runs > 0 ? '**ignored**' : 'kept';
  if (state === 'FAILURE') return '**failed**';
  if (state !== 'SUCCESS') return runs === 0 ? '**stuck**' : '**lost**';
  if (runs > 1) return name === 'killed' ? 'again' : '**doubled**';
  return 'kept';
}
