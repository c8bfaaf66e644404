import type { RunInfo } from '../events/taskEvents.ts';
import type { DispatcherDeps, InvocationWindow } from './deps.ts';

/** The longest that the end of a run waits for asynchronous task event listeners. */
const listenerLimitMs = 5000;

/** The end of an invocation that listeners leave to the answer of the handler. */
const listenerMarginMs = 500;

/** Resolves when the listeners have handled the events of a run, or when their time is over. */
export function listenersHandled(
  { events, system }: Pick<DispatcherDeps, 'events' | 'system'>,
  info: RunInfo,
  { endMs }: InvocationWindow,
): Promise<void> {
  return events.handled(info, Math.min(listenerLimitMs, Math.max(0, endMs - listenerMarginMs - system.now())));
}
