import { nodeSystem } from '../system/nodeSystem.ts';
import { resolvesWithin } from '../system/timeouts.ts';
import type { TaskRuntime } from '../task/task.ts';
import { registeredProvider } from './flushSpans.ts';
import { changeRequest, contextRequest, fromPlainContext, type PlainContext } from './runContext.ts';
import type { TraceApi } from './traceApi.ts';

/** The longest that a task waits until the spans of its code are exported. */
const flushMs = 1000;

/** Calls the code of a task, whose runtime it gets, and resolves to its value. */
export type TracedRun = (runtime: TaskRuntime | undefined, run: () => Promise<unknown>) => Promise<unknown>;

export interface TracedRunOptions {
  readonly api: TraceApi;
  /** Whether the process is frozen when the invocation has ended: then a task has ended only when its spans are exported. */
  readonly waitsForExport: boolean;
}

/**
 * Runs the code of a task with the span of its run as the active span, so that spans of the code are its children. The span itself is
 * in the main thread, which is asked for its context.
 */
export function createTracedRun({ api, waitsForExport }: TracedRunOptions): TracedRun {
  return async (runtime, run) => {
    if (!runtime?.request) return run();
    // A dispatcher without traces does not handle the request.
    const plain = (await runtime.request(contextRequest, null).catch(() => undefined)) as PlainContext | undefined;
    if (!plain) return run();
    const onChange = (change: unknown) => runtime.notify(changeRequest, change);
    const context = fromPlainContext(api, plain, onChange, () => runtime.system.now());
    try {
      return await api.context.with(context, run);
    } finally {
      const exported = flushed(api);
      if (waitsForExport) await resolvesWithin(nodeSystem, flushMs, exported);
    }
  };
}

/** Resolves when the spans of this thread are exported. The SDK reports why they are not. */
async function flushed(api: TraceApi): Promise<void> {
  try {
    await registeredProvider(api)?.forceFlush();
  } catch {}
}
