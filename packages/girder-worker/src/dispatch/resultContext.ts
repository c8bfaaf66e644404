import { stringifyPythonJson } from '../kombu/json/pythonJson.ts';
import type { Message } from '../message/message.ts';
import type { ResultContext } from '../store/resultStore.ts';
import type { DispatcherDeps } from './stations.ts';

/** What of a message belongs into the stored result. */
export function contextOf(
  message: Message,
  { registry, worker }: Pick<DispatcherDeps, 'registry' | 'worker'>,
  childrenJson = '[]',
): ResultContext {
  const { group, parentId } = message;
  if (!registry.settings.resultExtended) return { group, parentId, childrenJson };
  const extended = {
    name: message.task,
    argsJson: stringifyPythonJson(message.args),
    kwargsJson: stringifyPythonJson(message.kwargs),
    worker: worker.hostname,
    retries: message.retries,
    queue: message.deliveryInfo.routingKey,
    stamps: message.stamps,
  };
  return { group, parentId, childrenJson, extended };
}
