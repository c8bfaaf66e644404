import { parentPort } from 'node:worker_threads';
import { decode } from '../message/decode.ts';
import { parsePythonJson } from '../message/pythonJson.ts';
import type { KombuValue } from '../message/values.ts';
import { failureOf } from '../outcome/failure.ts';
import { lookUp, type Registry } from '../registry/registry.ts';
import { CancellationFlag } from './cancellation.ts';
import type { Ending, FromThread, ToThread } from './protocol.ts';
import { type RunRuntime, runTask } from './runTask.ts';
import { ThreadRuntime } from './threadRuntime.ts';

/** Makes this worker thread one of a pool's: it runs the messages that it is handed, one after the other. */
export function serveTasks(registry: Registry): void {
  if (!parentPort) throw new Error('serveTasks runs in a worker thread: start it with a pool.');
  const port = parentPort;
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
        running = new ThreadRuntime(new CancellationFlag(order.cell), tell);
        const ending = await runBody(registry, order, running);
        running = undefined;
        tell({ kind: 'ended', ending });
      }
    }
  });
  tell({ kind: 'ready' });
}

type RunOrder = Extract<ToThread, { kind: 'run' }>;

async function runBody(registry: Registry, { body, calls }: RunOrder, runtime: RunRuntime): Promise<Ending> {
  const message = await decode(body);
  const task = calls?.task ?? message.task;
  const entry = lookUp(registry, task);
  if (!entry) return { outcome: { state: 'FAILURE', failure: failureOf('NotRegistered', [task]) }, childrenJson: '[]' };
  const argumentLists = calls && (parsePythonJson(calls.argumentListsJson) as KombuValue[][]);
  return runTask(entry, message, runtime, argumentLists);
}
