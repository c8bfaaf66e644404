import type { TaskEvents } from '../events/taskEvents.ts';
import type { Message } from '../message/message.ts';
import type { UnpublishedMessage } from '../task/current.ts';
import type { Traces, TracesOptions } from './createTraces.ts';
import type { RunTraces } from './runTraces.ts';
import { tracesAreOn } from './traceSwitch.ts';
import { traceTasks } from './traceTasks.ts';

/**
 * Resolves to the traces of the runs of a dispatcher; to undefined, and loads nothing, if the environment does not turn them on.
 * Imports the modules with middleware, which register the tracer provider of the program, in this thread, too.
 */
export async function connectTraces(options: TracesOptions): Promise<Traces | undefined> {
  const { env } = options;
  if (!tracesAreOn(env)) return undefined;
  traceTasks(env);
  return (await import('./lazy.ts')).createTraces(options);
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
