import { stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import { nodeSystem } from '../system/nodeSystem.ts';
import { SoftTimeLimitExceeded } from '../task/errors.ts';
import type { LogLevel } from '../task/task.ts';
import type { CancellationFlag, StopReason } from './cancellation.ts';
import { toLogData } from './logData.ts';
import type { FromThread, ToThread, UpdateStatePayload } from './protocol.ts';
import type { RunRuntime } from './runRuntime.ts';

/** The reason with which `this.signal` is aborted. */
const stopErrors: Readonly<Record<StopReason, () => Error>> = {
  revoked: () => new DOMException('The task was revoked.', 'AbortError'),
  softLimit: () => new SoftTimeLimitExceeded('The task took longer than its softTimeLimit.'),
};

type Answer = Omit<Extract<ToThread, { kind: 'answer' }>, 'kind'>;

/** The runtime of one run: reads its cancellation flag, and sends its log lines and requests to the pool. */
export class ThreadRuntime implements RunRuntime {
  readonly system: RunRuntime['system'];
  readonly #flag: CancellationFlag;
  readonly #send: (message: FromThread) => void;
  readonly #requests = new Map<number, PromiseWithResolvers<unknown>>();
  #tickets = 0;
  #abort: AbortController | undefined;
  #stop: AbortController | undefined;

  constructor(flag: CancellationFlag, send: (message: FromThread) => void, system: RunRuntime['system'] = nodeSystem) {
    this.system = system;
    this.#flag = flag;
    this.#send = send;
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

  stopSignal(): AbortSignal {
    this.#stop ??= new AbortController();
    this.abortIfStopped();
    return this.#stop.signal;
  }

  /** Aborts the signals that were taken, if the task must stop. */
  abortIfStopped(): void {
    const stopped = this.#stop && this.#flag.peek();
    if (stopped) this.#stop?.abort(stopErrors[stopped]());
    if (!this.#abort || this.#abort.signal.aborted) return;
    const reason = this.#flag.stopReason();
    if (reason) this.#abort.abort(stopErrors[reason]());
  }

  get stopError(): Error | undefined {
    return this.#abort?.signal.aborted ? (this.#abort.signal.reason as Error) : undefined;
  }

  log(level: LogLevel, text: string, fields?: object): void {
    const hasFields = typeof fields === 'object' && fields !== null;
    this.#send({ kind: 'log', level, text: String(text), ...(hasFields && { data: toLogData(fields) }) });
  }

  async updateState(state: string, meta: unknown): Promise<void> {
    await this.request('updateState', { state, metaJson: stringifyPythonJson(meta) } satisfies UpdateStatePayload);
  }

  request(name: string, payload: unknown): Promise<unknown> {
    const ticket = ++this.#tickets;
    const answered = Promise.withResolvers<unknown>();
    this.#requests.set(ticket, answered);
    this.#send({ kind: 'request', ticket, request: { name, payload } });
    return answered.promise;
  }

  notify(name: string, payload: unknown): void {
    this.#send({ kind: 'request', request: { name, payload } });
  }

  onAnswer({ ticket, value, error }: Answer): void {
    const answered = this.#requests.get(ticket);
    this.#requests.delete(ticket);
    if (error === undefined) answered?.resolve(value);
    else answered?.reject(new Error(error));
  }
}
