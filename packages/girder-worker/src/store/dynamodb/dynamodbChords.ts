import type { System } from '../../system/system.ts';
import type { ChordCount, ChordMember, ChordStore } from '../chordStore.ts';
import { readGroup } from '../document/readResult.ts';
import { groupDocument } from '../document/resultDocument.ts';
import { encodeDocument, maxDocumentBytes, toPlainJson } from '../document/storedBytes.ts';
import { BackendStoreError } from '../errors.ts';
import type { ResultTuple } from '../storedResult.ts';
import type { Attributes } from './attributeValues.ts';
import type { ItemKeys } from './itemKeys.ts';
import type { Table, Update } from './table.ts';

/** The number of indexes per item: the cost of a write grows with the size of the item. */
const membersPerItem = 256;

/** How long the shards of a chord are kept after the last count. Celery's counter does not expire. */
const shardKeptSeconds = 366 * 24 * 3600;

export interface DynamodbChordsOptions {
  readonly table: Table;
  readonly keys: ItemKeys;
  readonly system: Pick<System, 'now'>;
  /** How long groups, and chords that have ended, are kept. */
  readonly keptSeconds: number;
}

/**
 * Counts chords in Celery's counter item, whose `chord_count` (N) Python workers raise by one per delivery. Our attributes
 * in it are `mem` (SS), the ids of counted members with indexes below 256, and `s1`, `s2`, … (N), the numbers of counted
 * members of each further 256 indexes. The ids of those are in the `mem` of one item each, a shard.
 *
 * The count is always the members of Python workers, plus the size of `mem`, plus all `s`. Each write that raises it also
 * raises one of these by the same number, on a condition that excludes counting a member twice. If a worker dies after it
 * has recorded a member in a shard and before it has counted it, then `s` is less than the size of the shard; the next
 * count for this shard, also of a duplicate, makes up the difference.
 */
export function createDynamodbChords({ table, keys, system, keptSeconds }: DynamodbChordsOptions): ChordStore {
  const seconds = (after: number) => ({ N: String(Math.ceil(system.now() / 1000 + after)) });
  const timestamp = () => ({ N: String(system.now() / 1000) });

  const countOf = async (groupId: string): Promise<Attributes | undefined> => {
    const item = await table.get(keys.chord(groupId));
    return item?.chord_count && item;
  };

  /** Records and counts a member, in one write. */
  const countInCounter = async (groupId: string, memberId: string): Promise<ChordCount | undefined> => {
    const counted = await table.update(keys.chord(groupId), countMember(memberId), 'UPDATED_NEW');
    if (counted) return { count: numberIn(counted, 'chord_count'), isNew: true };
    const item = await countOf(groupId);
    return item && { count: numberIn(item, 'chord_count'), isNew: false };
  };

  /** Records a member in its shard, then raises the counter to the size of the shard: two writes. */
  const countInShard = async (groupId: string, memberId: string, shard: number): Promise<ChordCount | undefined> => {
    const recorded = await table.update(
      keys.chordShard(groupId, shard),
      recordMember(memberId, seconds(shardKeptSeconds)),
      'UPDATED_NEW',
    );
    const size = recorded?.mem?.SS?.length ?? 0;
    for (let counted = size - 1; ; ) {
      const raised = await table.update(keys.chord(groupId), raiseShard(`s${shard}`, counted, size), 'UPDATED_NEW');
      if (raised) return { count: numberIn(raised, 'chord_count'), isNew: true };
      const item = await countOf(groupId);
      if (!item) return undefined;
      counted = numberIn(item, `s${shard}`);
      if (counted >= size) return { count: numberIn(item, 'chord_count'), isNew: false };
    }
  };

  const setGroup = async (groupId: string, group: ResultTuple, expires: boolean) => {
    const bytes = encodeDocument(groupDocument(group), maxDocumentBytes);
    if (!bytes) throw new BackendStoreError(`The group ${groupId} has more members than fit into a DynamoDB item.`);
    await table.update(keys.group(groupId), {
      UpdateExpression: `SET #result = :result, #timestamp = :timestamp${expires ? ', #ttl = :ttl' : ''}`,
      values: { ':result': { B: bytes }, ':timestamp': timestamp(), ...(expires && { ':ttl': seconds(keptSeconds) }) },
    });
  };

  return {
    async startChord(groupId, group) {
      await table.update(keys.chord(groupId), {
        UpdateExpression:
          'SET chord_count = if_not_exists(chord_count, :zero), #timestamp = if_not_exists(#timestamp, :timestamp)',
        values: { ':zero': { N: '0' }, ':timestamp': timestamp() },
      });
      await setGroup(groupId, group, false);
    },

    async countChordMember(groupId, member) {
      const shard = shardOf(member);
      return shard === 0 ? countInCounter(groupId, member.memberId) : countInShard(groupId, member.memberId, shard);
    },

    async endChord(groupId) {
      const shards = Object.keys((await countOf(groupId)) ?? {}).filter((name) => /^s\d+$/.test(name));
      const ended = [
        keys.chord(groupId),
        keys.group(groupId),
        ...shards.map((name) => keys.chordShard(groupId, Number(name.slice(1)))),
      ];
      await Promise.all(ended.map((key) => table.update(key, expire(seconds(keptSeconds)))));
    },

    saveGroup: (groupId, group) => setGroup(groupId, group, true),

    async readGroup(groupId) {
      const bytes = (await table.get(keys.group(groupId)))?.result?.B;
      return bytes && readGroup(await toPlainJson(bytes));
    },

    forgetGroup: (groupId) => table.delete(keys.group(groupId)),
  };
}

/** The shard of a member; 0 is the counter item itself. */
function shardOf({ index }: ChordMember): number {
  return index !== null && Number.isSafeInteger(index) && index >= 0 ? Math.floor(index / membersPerItem) : 0;
}

function countMember(memberId: string): Update {
  return {
    UpdateExpression: 'ADD chord_count :one, mem :members',
    ConditionExpression: 'attribute_exists(chord_count) AND NOT contains(mem, :member)',
    values: { ':one': { N: '1' }, ':members': { SS: [memberId] }, ':member': { S: memberId } },
  };
}

function recordMember(memberId: string, expiry: { N: string }): Update {
  return {
    UpdateExpression: 'SET #ttl = :ttl ADD mem :members',
    values: { ':members': { SS: [memberId] }, ':ttl': expiry },
  };
}

/** Raises the counted members of a shard, and the count by the same number. */
function raiseShard(name: string, from: number, to: number): Update {
  return {
    UpdateExpression: `SET ${name} = :to ADD chord_count :more`,
    ConditionExpression: `attribute_exists(chord_count) AND ${from === 0 ? `attribute_not_exists(${name})` : `${name} = :from`}`,
    values: {
      ':to': { N: String(to) },
      ':more': { N: String(to - from) },
      ...(from > 0 && { ':from': { N: String(from) } }),
    },
  };
}

function expire(expiry: { N: string }): Update {
  return {
    UpdateExpression: 'SET #ttl = :ttl',
    ConditionExpression: 'attribute_exists(id)',
    values: { ':ttl': expiry },
  };
}

function numberIn(item: Attributes, name: string): number {
  return Number(item[name]?.N ?? 0);
}
