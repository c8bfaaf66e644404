/** The signal that ends what invocations have left under way, such as requests that are not answered. */
export interface InvocationSignal {
  /** The signal of the running invocations; an aborted one after the end of the last, until the next begins. */
  readonly signal: () => AbortSignal;
  begin(): void;
  end(): void;
}

/** Invocations can run at the same time, on Lambda Managed Instances: they share one signal, which the end of the last one aborts. */
export function createInvocationSignal(): InvocationSignal {
  let current = new AbortController();
  let running = 0;
  return {
    signal: () => current.signal,
    begin() {
      if (running === 0) current = new AbortController();
      running += 1;
    },
    end() {
      running -= 1;
      if (running === 0) current.abort(new DOMException('The invocation has ended', 'AbortError'));
    },
  };
}
