/** The signal that ends what an invocation has left under way, such as requests that are not answered. */
export interface InvocationSignal {
  /** The signal of the invocation; an aborted one after its end, until the next begins. */
  readonly signal: () => AbortSignal;
  begin(): void;
  end(): void;
}

export function createInvocationSignal(): InvocationSignal {
  let current = new AbortController();
  return {
    signal: () => current.signal,
    begin() {
      current = new AbortController();
    },
    end() {
      current.abort(new DOMException('The invocation has ended', 'AbortError'));
    },
  };
}
