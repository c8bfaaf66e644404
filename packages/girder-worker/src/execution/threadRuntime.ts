import { stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import { SoftTimeLimitExceeded } from '../task/errors.ts';
import type { LogLevel } from '../task/task.ts';
import type { CancellationFlag, StopReason } from './cancellation.ts';
import type { FromThread } from './protocol.ts';
import type { RunRuntime } from './runTask.ts';

/** What `this.signal` is aborted with. */
const stopErrors: Readonly<Record<StopReason, () => Error>> = {
  revoked: () => new DOMException('The task was revoked.', 'AbortError'),
  softLimit: () => new SoftTimeLimitExceeded('The task took longer than its softTimeLimit.'),
};

/** What a task in a worker thread may see of the world: its flag, and what it tells the pool. */
export class ThreadRuntime implements RunRuntime {
  readonly #flag: CancellationFlag;
  readonly #tell: (reply: FromThread) => void;
  readonly #storing = new Map<number, PromiseWithResolvers<void>>();
  #tickets = 0;
  #abort: AbortController | undefined;

  constructor(flag: CancellationFlag, tell: (reply: FromThread) => void) {
    this.#flag = flag;
    this.#tell = tell;
  }

  isCanceled(): boolean {
    return this.#flag.isSet();
  }

  get sawRevocation(): boolean {
    return this.#flag.wasSeen;
  }

  signal(): AbortSignal {
    this.#abort ??= new AbortController();
    this.abortIfStopped();
    return this.#abort.signal;
  }

  /** A task that took the signal is told by it; one that did not goes on until it asks. */
  abortIfStopped(): void {
    if (!this.#abort || this.#abort.signal.aborted) return;
    const reason = this.#flag.stopReason();
    if (reason) this.#abort.abort(stopErrors[reason]());
  }

  get stopError(): Error | undefined {
    return this.#abort?.signal.aborted ? (this.#abort.signal.reason as Error) : undefined;
  }

  log(level: LogLevel, text: string): void {
    this.#tell({ kind: 'log', level, text });
  }

  updateState(state: string, meta: unknown): Promise<void> {
    const ticket = ++this.#tickets;
    const stored = Promise.withResolvers<void>();
    const metaJson = stringifyPythonJson(meta);
    this.#storing.set(ticket, stored);
    this.#tell({ kind: 'state', ticket, state, metaJson });
    return stored.promise;
  }

  stateStored(ticket: number, error: string | undefined): void {
    const stored = this.#storing.get(ticket);
    this.#storing.delete(ticket);
    if (error === undefined) stored?.resolve();
    else stored?.reject(new Error(error));
  }
}
