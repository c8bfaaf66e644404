import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

export interface Loaded<T> {
  /** The last answer; it stays while the next one is awaited. */
  readonly data: T | undefined;
  readonly error: Error | undefined;
  readonly isLoading: boolean;
  reload(): void;
}

/** Loads data when the key changes, and aborts the request that is outdated. Loads nothing while the key is null. */
export function useData<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [round, setRound] = useState(0);
  const [state, setState] = useState<Omit<Loaded<T>, 'reload'>>({ data: undefined, error: undefined, isLoading: true });
  useEffect(() => {
    if (key === null) return undefined;
    const controller = new AbortController();
    setState(({ data, error }) => ({ data, error, isLoading: true }));
    load(controller.signal).then(
      (data) => !controller.signal.aborted && setState({ data, error: undefined, isLoading: false }),
      (error: Error) => !controller.signal.aborted && setState(({ data }) => ({ data, error, isLoading: false })),
    );
    return () => controller.abort();
  }, [key, round]);
  return { ...state, reload: () => setRound((before) => before + 1) };
}

/** Calls a function again and again while the page is visible; not at all while the period is null. */
export function useInterval(periodMs: number | null, action: () => void): void {
  const latest = useRef(action);
  latest.current = action;
  useEffect(() => {
    if (periodMs === null) return undefined;
    const timer = setInterval(() => document.visibilityState === 'visible' && latest.current(), periodMs);
    return () => clearInterval(timer);
  }, [periodMs]);
}

/** Returns the time, which moves on every few seconds. */
export function useNow(periodMs = 5000): number {
  const [now, setNow] = useState(Date.now());
  useInterval(periodMs, () => setNow(Date.now()));
  return now;
}

/** Shows an element as a modal dialog as long as it is there. Then the focus returns to where it was, or to the heading if that is gone. */
export function useModal(): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    return () => {
      element?.close();
      requestAnimationFrame(() => {
        const isUsable = before instanceof HTMLElement && before.isConnected && !before.matches(':disabled, body');
        (isUsable ? before : document.querySelector('h1'))?.focus();
      });
    };
  }, []);
  return dialog;
}

/** Returns a function that calls another one when it was not called for some time. */
export function useDebounced<A extends readonly unknown[]>(ms: number, action: (...values: A) => void) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef(action);
  latest.current = action;
  useEffect(() => () => clearTimeout(timer.current), []);
  return (...values: A) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => latest.current(...values), ms);
  };
}
