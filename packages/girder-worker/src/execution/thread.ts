import { parentPort, workerData } from 'node:worker_threads';
import type { Registry } from '../registry/registry.ts';
import { runningTask } from '../task/current.ts';
import { CancellationFlag } from './cancellation.ts';
import type { FromThread, ThreadData, ToThread } from './protocol.ts';
import { runBody } from './runBody.ts';
import { captureConsole } from './taskConsole.ts';
import { ThreadRuntime } from './threadRuntime.ts';

/** Makes this worker thread one of a pool's: it runs the messages that it is handed, one after the other. */
export function serveTasks(registry: Registry): void {
  if (!parentPort) throw new Error('serveTasks runs in a worker thread: start it with a pool.');
  const port = parentPort;
  const { cell } = workerData as ThreadData;
  const tell = (reply: FromThread) => port.postMessage(reply);
  let running: ThreadRuntime | undefined;

  port.on('message', async (order: ToThread) => {
    switch (order.kind) {
      case 'stop':
        running?.abortIfStopped();
        return;
      case 'stateStored':
        running?.stateStored(order.ticket, order.error);
        return;
      case 'run': {
        const runtime = new ThreadRuntime(new CancellationFlag(cell), (reply) => {
          if (running === runtime) tell(reply);
          else refuse(runtime, reply);
        });
        running = runtime;
        const ending = await runBody(registry, order, runtime);
        running = undefined;
        tell({ kind: 'ended', ending });
      }
    }
  });

  captureConsole((level, text) => {
    if (!isOfRunning()) return false;
    tell({ kind: 'log', level, text });
    return true;
  });
  const exit = process.exit.bind(process);
  process.exit = (code) => {
    if (runningTask() && !isOfRunning()) throw new Error('process.exit() was called.');
    return exit(code);
  };
  process.on('uncaughtException', onUncaughtError);
  process.on('unhandledRejection', onUncaughtError);
  tell({ kind: 'ready' });

  /** Code of a task that has ended may still be at work: what it does is not its successor's. */
  function isOfRunning(): boolean {
    return running !== undefined && runningTask()?.runtime === running;
  }

  /** An error that nobody catches ends the thread, and with it the task that it comes from; not one that came later. */
  function onUncaughtError(error: unknown): void {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const task = runningTask();
    if (task && !isOfRunning()) {
      tell({
        kind: 'stray',
        text: `The task ${task.parentId}, which has ended, left something behind that failed: ${reason}`,
      });
      return;
    }
    tell({ kind: 'dying', reason });
    exit(1);
  }
}

/** What a task says that has ended would be taken for its successor's. */
function refuse(ended: ThreadRuntime, reply: FromThread): void {
  if (reply.kind === 'state') ended.stateStored(reply.ticket, 'The task has ended.');
  if (reply.kind === 'log') console.log(reply.text);
}
