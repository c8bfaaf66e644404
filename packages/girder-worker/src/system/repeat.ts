import type { System, TimerOptions } from './system.ts';

/**
 * Calls `act` again and again, each time `periodMs` after the previous call has ended. Returns the function that stops it,
 * whose promise resolves when no call is under way any more. `act` must not reject.
 */
export function repeat(
  system: Pick<System, 'startTimer'>,
  periodMs: number,
  act: () => Promise<void> | void,
  options?: TimerOptions,
): () => Promise<void> {
  let isStopped = false;
  let running: Promise<void> | undefined;
  let cancel = schedule();

  function schedule(): () => void {
    const start = () => {
      running = run();
    };
    return system.startTimer(start, periodMs, options);
  }

  async function run(): Promise<void> {
    await act();
    running = undefined;
    if (!isStopped) cancel = schedule();
  }

  return async () => {
    isStopped = true;
    cancel();
    await running;
  };
}
