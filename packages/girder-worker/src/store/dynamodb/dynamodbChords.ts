import type { System } from '../../system/system.ts';
import type { ChordCount, ChordMember, ChordStore } from '../chordStore.ts';
import { readGroup } from '../document/readResult.ts';
import { groupDocument } from '../document/resultDocument.ts';
import { encodeDocument, maxDocumentBytes, toPlainJson } from '../document/storedBytes.ts';
import { BackendStoreError } from '../errors.ts';
import { groupRenewalDays, unfinishedChordDays } from '../limits.ts';
import type { ResultTuple } from '../storedResult.ts';
import type { Attributes } from './attributeValues.ts';
import type { ItemKeys } from './itemKeys.ts';
import type { Table, Update } from './table.ts';

/** The number of indexes per item: the cost of a write grows with the size of the item. */
const membersPerItem = 256;

const groupRenewalSeconds = groupRenewalDays * 24 * 3600;
const unfinishedKeptSeconds = unfinishedChordDays * 24 * 3600;

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
 *
 * Each new count renews the `ttl` of the counter, and now and then that of the group, so that the items of a chord that is
 * never finished expire.
 */
export function createDynamodbChords({ table, keys, system, keptSeconds }: DynamodbChordsOptions): ChordStore {
  const seconds = (after: number) => ({ N: String(Math.ceil(system.now() / 1000 + after)) });
  const timestamp = () => ({ N: String(system.now() / 1000) });

  const countOf = async (groupId: string): Promise<Attributes | undefined> => {
    const item = await table.get(keys.chord(groupId));
    return item?.chord_count && item;
  };

  /** The count after a write that raised it by `more`. Renews the group if the counter's `ttl` has entered another period. */
  const counted = async (groupId: string, before: Attributes, more: number): Promise<ChordCount> => {
    const ttl = seconds(unfinishedKeptSeconds);
    const periodOf = (time: number) => Math.floor(time / groupRenewalSeconds);
    if (periodOf(numberIn(before, 'ttl')) !== periodOf(Number(ttl.N)))
      await table.update(keys.group(groupId), expire(ttl));
    return { count: numberIn(before, 'chord_count') + more, isNew: true };
  };

  /** Records and counts a member, in one write. */
  const countInCounter = async (groupId: string, memberId: string): Promise<ChordCount | undefined> => {
    const update = countMember(memberId, seconds(unfinishedKeptSeconds));
    const before = await table.update(keys.chord(groupId), update, 'UPDATED_OLD');
    if (before) return counted(groupId, before, 1);
    const item = await countOf(groupId);
    return item && { count: numberIn(item, 'chord_count'), isNew: false };
  };

  /** Records a member in its shard, then raises the counter to the size of the shard: two writes. */
  const countInShard = async (groupId: string, memberId: string, shard: number): Promise<ChordCount | undefined> => {
    const expiry = seconds(unfinishedKeptSeconds);
    const recorded = await table.update(keys.chordShard(groupId, shard), recordMember(memberId, expiry), 'UPDATED_NEW');
    const size = recorded?.mem?.SS?.length ?? 0;
    for (let from = size - 1; ; ) {
      const update = raiseShard(`s${shard}`, from, size, expiry);
      const before = await table.update(keys.chord(groupId), update, 'UPDATED_OLD');
      if (before) return counted(groupId, before, size - from);
      const item = await countOf(groupId);
      if (!item) return undefined;
      from = numberIn(item, `s${shard}`);
      if (from >= size) return { count: numberIn(item, 'chord_count'), isNew: false };
    }
  };

  const setGroup = async (groupId: string, group: ResultTuple, afterSeconds: number) => {
    const bytes = encodeDocument(groupDocument(group), maxDocumentBytes);
    if (!bytes) throw new BackendStoreError(`The group ${groupId} has more members than fit into a DynamoDB item.`);
    await table.update(keys.group(groupId), {
      UpdateExpression: 'SET #result = :result, #timestamp = :timestamp, #ttl = :ttl',
      values: { ':result': { B: bytes }, ':timestamp': timestamp(), ':ttl': seconds(afterSeconds) },
    });
  };

  return {
    async startChord(groupId, group) {
      await table.update(keys.chord(groupId), {
        UpdateExpression:
          'SET chord_count = if_not_exists(chord_count, :zero), #timestamp = if_not_exists(#timestamp, :timestamp), #ttl = :ttl',
        values: { ':zero': { N: '0' }, ':timestamp': timestamp(), ':ttl': seconds(unfinishedKeptSeconds) },
      });
      await setGroup(groupId, group, unfinishedKeptSeconds);
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

    saveGroup: (groupId, group) => setGroup(groupId, group, keptSeconds),

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

function countMember(memberId: string, expiry: { N: string }): Update {
  return {
    UpdateExpression: 'SET #ttl = :ttl ADD chord_count :one, mem :members',
    ConditionExpression: 'attribute_exists(chord_count) AND NOT contains(mem, :member)',
    values: { ':one': { N: '1' }, ':members': { SS: [memberId] }, ':member': { S: memberId }, ':ttl': expiry },
  };
}

function recordMember(memberId: string, expiry: { N: string }): Update {
  return {
    UpdateExpression: 'SET #ttl = :ttl ADD mem :members',
    values: { ':members': { SS: [memberId] }, ':ttl': expiry },
  };
}

/** Raises the counted members of a shard, and the count by the same number. */
function raiseShard(name: string, from: number, to: number, expiry: { N: string }): Update {
  return {
    UpdateExpression: `SET ${name} = :to, #ttl = :ttl ADD chord_count :more`,
    ConditionExpression: `attribute_exists(chord_count) AND ${from === 0 ? `attribute_not_exists(${name})` : `${name} = :from`}`,
    values: {
      ':to': { N: String(to) },
      ':ttl': expiry,
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
