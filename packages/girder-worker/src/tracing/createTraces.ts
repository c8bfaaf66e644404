import type { Log } from '../events/log.ts';
import type { Registry } from '../registry/registry.ts';
import { createOutage } from '../system/outage.ts';
import type { System } from '../system/system.ts';
import { withTimeout } from '../system/timeouts.ts';
import { registeredProvider } from './flushSpans.ts';
import { functionAttributes } from './runAttributes.ts';
import { createRunTraces, type RunTraces } from './runTraces.ts';
import { loadTraceApi } from './traceApi.ts';

/** The traces of a process that runs tasks. */
export interface Traces extends RunTraces {
  /** Exports the spans that have ended. Never rejects, and takes no longer than `limitMs`. */
  flush(limitMs: number): Promise<void>;
}

export interface TracesOptions {
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly registry: Pick<Registry, 'middleware'>;
  readonly log: Log;
  readonly system: System;
}

/** Imports the modules with middleware, which register the tracer provider of the program, and resolves to the traces of this process. */
export async function createTraces({ env, registry, log, system }: TracesOptions): Promise<Traces> {
  const api = await loadTraceApi();
  for (const load of registry.middleware ?? []) await load();
  if (!registeredProvider(api)) {
    log.warn('GIRDER_WORKER_TRACES is "on", but no tracer provider of the SDK is registered: no spans are exported.');
  }
  const outage = createOutage({
    what: 'Cannot export spans, which are lost',
    ended: 'Spans are exported again',
    ...{ log, system },
  });
  return {
    ...createRunTraces({ api, system, faas: functionAttributes(env) }),
    async flush(limitMs) {
      const late = () => new Error(`not exported within ${limitMs} ms`);
      try {
        await withTimeout(system, limitMs, registeredProvider(api)?.forceFlush() ?? Promise.resolve(), late);
        outage.succeeded();
      } catch (error) {
        outage.failed(error);
      }
    },
  };
}
