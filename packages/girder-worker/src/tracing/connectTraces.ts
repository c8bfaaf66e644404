import type { Log } from '../events/log.ts';
import type { TaskEvents } from '../events/taskEvents.ts';
import type { Message } from '../message/message.ts';
import type { Registry } from '../registry/registry.ts';
import { createOutage } from '../system/outage.ts';
import type { System } from '../system/system.ts';
import { withTimeout } from '../system/timeouts.ts';
import type { UnpublishedMessage } from '../task/current.ts';
import type { RunTraces } from './runTraces.ts';
import { tracesAreOn } from './traceSwitch.ts';
import { traceTasks } from './traceTasks.ts';

/** The traces of a process that runs tasks. */
export interface Traces extends RunTraces {
  /** Exports the spans that have ended. Never rejects, and takes no longer than `limitMs`. */
  flush(limitMs: number): Promise<void>;
}

export interface ConnectTracesOptions {
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly registry: Pick<Registry, 'middleware'>;
  readonly log: Log;
  readonly system: System;
}

/**
 * Resolves to the traces of the runs of a dispatcher; to undefined, and loads nothing, if the environment does not turn them on.
 * Imports the modules with middleware, which register the tracer provider of the program, in this thread, too.
 */
export async function connectTraces({ env, registry, log, system }: ConnectTracesOptions): Promise<Traces | undefined> {
  if (!tracesAreOn(env)) return undefined;
  const { createRunTraces, functionAttributes, loadTraceApi, registeredProvider } = await import('./lazy.ts');
  const api = await loadTraceApi();
  traceTasks(env);
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

/** What the traces add to. */
interface DispatcherParts {
  readonly events: readonly TaskEvents[];
  readonly taskRequests: RunTraces['taskRequests'];
  readonly beforePublish: <M extends UnpublishedMessage>(
    messages: readonly M[],
    parent: Message,
    limitMs: number,
  ) => Promise<readonly M[]>;
}

/** The parts of a dispatcher's options with traces. Returns them as they are if there are none. */
export function withTraces<Parts extends DispatcherParts>(parts: Parts, traces: RunTraces | undefined): Parts {
  if (!traces) return parts;
  const { events, taskRequests, beforePublish, retryHeaders } = traces;
  return {
    ...parts,
    events: [...parts.events, events],
    taskRequests: { ...parts.taskRequests, ...taskRequests },
    beforePublish: async (messages, parent, limitMs) =>
      beforePublish(await parts.beforePublish(messages, parent, limitMs), parent),
    retryHeaders,
  };
}
