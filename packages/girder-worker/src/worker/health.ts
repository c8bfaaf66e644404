import type { OngoingOutage } from '../system/outage.ts';
import type { System } from '../system/system.ts';
import { withTimeout } from '../system/timeouts.ts';

/** What the health of a worker depends on; runWorker provides it when the parts exist. */
export interface HealthChecks {
  /** The connections that do not work at present. */
  readonly outages?: () => readonly OngoingOutage[];
  /** Rejects if the result table cannot be read. */
  readonly readTable?: () => Promise<unknown>;
  /** Since when the oldest thread that is not ready yet has been starting, in ms since 1970. */
  readonly threadStartingSinceMs?: () => number | undefined;
}

/** `stopping` and `starting` name the phase; `outage` is a connection that does not work, `stuck` a worker to be restarted. */
export type HealthStatus = 'ok' | 'starting' | 'outage' | 'stopping' | 'stuck';

/** The answer of a probe. */
export interface HealthReport {
  readonly status: HealthStatus;
  /** Sentences that say why the status is not `ok`. */
  readonly reasons: readonly string[];
}

/** What the probes of a worker answer. */
export interface WorkerHealth {
  /** The worker has reached this phase, in which its health depends on these checks. It never leaves `stopping`. */
  enter(phase: 'starting' | 'running' | 'stopping', checks?: HealthChecks): void;
  /** Whether the process works: if not, it should be restarted. An outage is no reason to restart it. */
  live(): HealthReport;
  /** Whether it receives tasks and can store their results. Resolves within about two seconds. Never rejects. */
  ready(): Promise<HealthReport>;
}

/** A thread that takes this long to start will not start. */
const threadStartLimitMs = 60_000;

/** How long the answer of the table counts, so that probes cost a read per few seconds at most. */
const tableCheckMs = 5000;
const tableTimeoutMs = 2000;

export function createWorkerHealth(system: Pick<System, 'now' | 'startTimer'>): WorkerHealth {
  let phase: 'starting' | 'running' | 'stopping' = 'starting';
  let checks: HealthChecks = {};
  let table: { readonly askedMs: number; readonly fault: Promise<string | undefined> } | undefined;

  /** Resolves to what is wrong with the table; undefined if it can be read. */
  function tableFault(): Promise<string | undefined> {
    const { readTable } = checks;
    if (!readTable) return Promise.resolve(undefined);
    if (table && system.now() - table.askedMs < tableCheckMs) return table.fault;
    const late = () => new Error(`no answer within ${tableTimeoutMs / 1000} s`);
    const fault = withTimeout(system, tableTimeoutMs, readTable(), late).then(
      () => undefined,
      (error: Error) => `Cannot read the result table: ${error.message}`,
    );
    table = { askedMs: system.now(), fault };
    return fault;
  }

  function live(): HealthReport {
    const sinceMs = checks.threadStartingSinceMs?.();
    const startingMs = sinceMs === undefined ? 0 : system.now() - sinceMs;
    if (startingMs < threadStartLimitMs) return { status: 'ok', reasons: [] };
    const seconds = Math.round(startingMs / 1000);
    return { status: 'stuck', reasons: [`A worker thread has been starting for ${seconds} s.`] };
  }

  return {
    live,

    enter(next, nextChecks = {}) {
      if (phase === 'stopping') return;
      phase = next;
      checks = next === 'stopping' ? { ...checks, ...nextChecks } : nextChecks;
    },

    async ready() {
      if (phase === 'stopping') return { status: 'stopping', reasons: ['The worker is shutting down.'] };
      const reasons = (checks.outages?.() ?? []).map(({ what, error }) => `${what}: ${error}`);
      if (phase === 'starting')
        return { status: 'starting', reasons: reasons.length > 0 ? reasons : ['The worker is starting.'] };
      const fault = await tableFault();
      if (fault !== undefined) reasons.push(fault);
      const { status, reasons: faults } = live();
      if (status !== 'ok') return { status, reasons: [...faults, ...reasons] };
      return { status: reasons.length > 0 ? 'outage' : 'ok', reasons };
    },
  };
}
