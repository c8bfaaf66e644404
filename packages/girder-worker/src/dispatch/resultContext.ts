import type { Message } from '../message/message.ts';
import { stringifyPythonJson } from '../message/pythonJson.ts';
import type { ResultContext } from '../store/resultStore.ts';
import type { Stations } from './stations.ts';

/** What of a message belongs into the stored result. */
export function contextOf(
  message: Message,
  { registry, worker }: Pick<Stations, 'registry' | 'worker'>,
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
