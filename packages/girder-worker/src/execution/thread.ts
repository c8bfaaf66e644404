import { parentPort, workerData } from 'node:worker_threads';
import type { Registry } from '../registry/registry.ts';
import { runningTask } from '../task/current.ts';
import { CancellationFlag } from './cancellation.ts';
import { captureConsole } from './captureConsole.ts';
import type { FromThread, ThreadData, ToThread } from './protocol.ts';
import { runBody } from './runTask.ts';
import type { TaskExtension } from './taskExtension.ts';
import { ThreadRuntime } from './threadRuntime.ts';
import { uncaughtError } from './uncaughtError.ts';

/**
 * Makes this worker thread a thread of a pool: it runs the messages that the pool sends, one after the other, each with what
 * the extension adds to it.
 */
export function serveTasks(registry: Registry, extension?: TaskExtension): void {
  if (!parentPort) throw new Error('serveTasks must be called in a worker thread that createPool has started.');
  const port = parentPort;
  const { cell } = workerData as ThreadData;
  const send = (message: FromThread) => port.postMessage(message);
  let running: ThreadRuntime | undefined;

  port.on('message', async (message: ToThread) => {
    switch (message.kind) {
      case 'stop':
        running?.abortIfStopped();
        return;
      case 'answer':
        running?.onAnswer(message);
        return;
      case 'run': {
        const runtime = new ThreadRuntime(new CancellationFlag(cell), (reply) => {
          if (running === runtime) send(reply);
          else onLateMessage(runtime, reply);
        });
        running = runtime;
        const result = await runBody(registry, message.body, message.details, runtime, extension);
        running = undefined;
        send({ kind: 'ended', result });
      }
    }
  });

  captureConsole((level, text) => {
    if (!isRunning()) return false;
    send({ kind: 'log', level, text });
    return true;
  });
  const exit = process.exit.bind(process);
  process.exit = (code) => {
    if (runningTask() && !isRunning()) throw new Error('process.exit() was called by a task that had finished.');
    return exit(code);
  };
  process.on('uncaughtException', onUncaughtError);
  process.on('unhandledRejection', onUncaughtError);
  send({ kind: 'ready' });

  /** Whether this code belongs to the task that runs now. Code that a finished task left behind may still execute. */
  function isRunning(): boolean {
    return running !== undefined && runningTask()?.runtime === running;
  }

  /** An uncaught error ends the thread, and with it the task that caused it; an error of an earlier task is only reported. */
  function onUncaughtError(error: unknown): void {
    const uncaught = uncaughtError(error);
    const task = runningTask();
    if (task && !isRunning()) {
      send({ kind: 'lateError', error: { ...uncaught, task: task.task, id: task.parentId } });
      return;
    }
    send({ kind: 'exiting', error: uncaught });
    exit(1);
  }
}

/** A message of a task that has finished must not be taken for one of its successor. */
function onLateMessage(finished: ThreadRuntime, message: FromThread): void {
  if (message.kind === 'request' && message.ticket !== undefined)
    finished.onAnswer({ ticket: message.ticket, error: 'The task has ended.' });
  if (message.kind === 'log') console.log(message.text);
}
