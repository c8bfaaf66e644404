import { type MessagePort, parentPort } from 'node:worker_threads';
import { decode } from '../message/decode.ts';
import { failureOf } from '../outcome/failure.ts';
import type { Outcome } from '../outcome/outcome.ts';
import { lookUp, type Registry } from '../registry/registry.ts';
import { CancellationFlag } from './cancellation.ts';
import type { FromThread, ToThread } from './protocol.ts';
import { type RunRuntime, runTask } from './runTask.ts';

/** Makes this worker thread one of a pool's: it runs the messages that it is handed, one after the other. */
export function serveTasks(registry: Registry): void {
  if (!parentPort) throw new Error('serveTasks runs in a worker thread: start it with a pool.');
  const port = parentPort;
  let running: ThreadRuntime | undefined;

  port.on('message', async (order: ToThread) => {
    if (order.kind === 'cancel') {
      running?.abortIfCanceled();
      return;
    }
    running = new ThreadRuntime(new CancellationFlag(order.cell), port);
    const outcome = await runBody(registry, order.body, running);
    running = undefined;
    tell(port, { kind: 'outcome', outcome });
  });
  tell(port, { kind: 'ready' });
}

async function runBody(registry: Registry, body: string, runtime: RunRuntime): Promise<Outcome> {
  const message = await decode(body);
  const entry = lookUp(registry, message.task);
  return entry
    ? runTask(entry, message, runtime)
    : { state: 'FAILURE', failure: failureOf('NotRegistered', [message.task]) };
}

/** What a task in this thread may see of the world. */
class ThreadRuntime implements RunRuntime {
  readonly #flag: CancellationFlag;
  readonly #port: MessagePort;
  #abort: AbortController | undefined;

  constructor(flag: CancellationFlag, port: MessagePort) {
    this.#flag = flag;
    this.#port = port;
  }

  isCanceled(): boolean {
    return this.#flag.isRaised();
  }

  signal(): AbortSignal {
    this.#abort ??= new AbortController();
    this.abortIfCanceled();
    return this.#abort.signal;
  }

  /** A task that took the signal is told by it; one that did not goes on until it asks. */
  abortIfCanceled(): void {
    if (this.#abort && this.#flag.isRaised())
      this.#abort.abort(new DOMException('The task was revoked.', 'AbortError'));
  }

  log(level: 'debug' | 'info' | 'warn' | 'error', text: string): void {
    tell(this.#port, { kind: 'log', level, text });
  }

  get sawRevocation(): boolean {
    return this.#flag.wasSeen;
  }
}

function tell(port: MessagePort, reply: FromThread): void {
  port.postMessage(reply);
}
