import { pythonBytesRepr } from '../../kombu/repr/pythonRepr.ts';

/** The keys of a task, a group or a chord in the table. */
export interface ItemKeys {
  task(id: string): string;
  /** The record that a stamp is revoked, by its `stampRevocationKey`; Celery has no such item. */
  stamp(key: string): string;
  /** The count of the deliveries that began to decode an SQS message; Celery has no such item. */
  decoding(messageId: string): string;
  /** The last hop of a message that waits; Celery has no such item. */
  hop(message: string): string;
  group(groupId: string): string;
  /** A part of a group that is too large for one item; Celery has no such item. */
  groupPart(groupId: string, part: number): string;
  chord(groupId: string): string;
  /** One of the items in which we record the members of a large chord; Celery has no such item. */
  chordShard(groupId: string, shard: number): string;
}

/**
 * Returns Celery's keys: the text of a Python bytes literal, with the `b` and the quotes (docs/wire-format.md §3).
 *
 * The prefix is Celery's `global_keyprefix`; as in Celery, `_` follows it unless it ends in `:`, `_`, `-` or `.`.
 */
export function itemKeys(globalPrefix = ''): ItemKeys {
  const prefix = globalPrefix === '' || /[:_.-]$/.test(globalPrefix) ? globalPrefix : `${globalPrefix}_`;
  const key = (kind: string, id: string) => pythonBytesRepr(Buffer.from(`${prefix}${kind}${id}`));
  return {
    task: (id) => key('celery-task-meta-', id),
    stamp: (stampKey) => key('girder-worker-stamp-', stampKey),
    decoding: (messageId) => key('girder-worker-decoding-', messageId),
    hop: (message) => key('girder-worker-hop-', message),
    group: (groupId) => key('celery-taskset-meta-', groupId),
    groupPart: (groupId, part) => key('celery-taskset-meta-', `${groupId}-part-${part}`),
    chord: (groupId) => key('chord-unlock-', groupId),
    chordShard: (groupId, shard) => key('chord-unlock-', `${groupId}-members-${shard}`),
  };
}

/** The id of which `keyOf` makes this key; undefined if the key is of another kind. */
export function idInKey(key: string, keyOf: (id: string) => string): string | undefined {
  const start = keyOf('').slice(0, -1); // Without the closing quote.
  return key.startsWith(start) && key.length > start.length + 1 ? key.slice(start.length, -1) : undefined;
}
