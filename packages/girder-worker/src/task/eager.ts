import { nodeSystem } from '../system/nodeSystem.ts';
import type { TaskRequest } from './request.ts';
import { Task } from './task.ts';

/** The `this` of a task that is called as a function, without a message: it cannot be revoked. */
export function eagerTask(name: string, args: readonly unknown[]): Task {
  const never = new AbortController().signal;
  return new Task(requestWithoutMessage(name, args), {
    system: nodeSystem,
    isCanceled: () => false,
    signal: () => never,
    log: (level, text, fields) => (fields === undefined ? console[level](text) : console[level](text, fields)),
    updateState: async () => undefined, // Without a message there is no stored result.
    notify: () => undefined,
    request: (name) =>
      Promise.reject(new Error(`A task that is called as a function has no worker to ask for "${name}".`)),
  });
}

/** The request of a task that runs without a message, as if a client had sent it just now. */
export function requestWithoutMessage(name: string, args: readonly unknown[]): TaskRequest {
  const id = nodeSystem.randomUUID();
  return {
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
    deliveryInfo: { exchange: '', routingKey: '', redelivered: false },
    headers: {},
  };
}
