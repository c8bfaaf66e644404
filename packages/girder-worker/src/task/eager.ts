import { randomUUID } from 'node:crypto';
import { Task } from './task.ts';

/** The `this` of a task that is called as a function, in place: nobody can revoke it. */
export function eagerTask(name: string, args: readonly unknown[]): Task {
  const id = randomUUID();
  const never = new AbortController().signal;
  return new Task(
    {
      task: name,
      id,
      args,
      kwargs: {},
      retries: 0,
      eta: null,
      expires: null,
      group: null,
      groupIndex: null,
      rootId: id,
      parentId: null,
      correlationId: id,
      replyTo: null,
      timelimit: { hardSeconds: null, softSeconds: null },
      priority: 0,
      shadow: null,
      ignoreResult: false,
      stamps: {},
      stampedHeaders: [],
      deliveryInfo: { exchange: '', routingKey: '' },
      headers: {},
    },
    {
      isCanceled: () => false,
      signal: () => never,
      log: (level, text) => console[level](text),
      updateState: async () => undefined, // There is no message, and so no result.
    },
  );
}
