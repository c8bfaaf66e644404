/** Resolves after the event loop has handled what is due: timers, answers from the network, messages from threads. */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
