import { forEachConcurrently } from '../../system/concurrently.ts';
import type { System } from '../../system/system.ts';
import { type ChordCount, type ChordMember, type ChordStore, maxSharedMembers } from '../chordStore.ts';
import { groupRenewalDays, memberRenewalDays, unfinishedChordDays } from '../limits.ts';
import type { Attributes } from './attributeValues.ts';
import { createDynamodbGroups, expireUpdate } from './dynamodbGroups.ts';
import type { ItemKeys } from './itemKeys.ts';
import type { Table, Update } from './table.ts';

/** The number of members per item: the cost of a write grows with the size of the item. */
const membersPerItem = 256;

/** The most results that are kept on at the same time. */
const maxConcurrentWrites = 20;

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
 * in it are `mem` (SS), the ids of the counted members of a chord of at most 256, and otherwise `s0`, `s1`, … (N), the numbers of
 * counted members of each 256 indexes. The ids of those are in the `mem` of one item each, a shard. `fin` (S) tells that the
 * body was sent, and `rn` (N) when the results of members were last kept on.
 *
 * The count is always the members of Python workers, plus the size of `mem`, plus all `s`. Each write that raises it also
 * raises one of these by the same number, on a condition that excludes counting a member twice. If a worker dies after it
 * has recorded a member in a shard and before it has counted it, then `s` is less than the size of the shard; the next
 * count for this shard, also of a duplicate, makes up the difference.
 *
 * A chord of more than `maxSharedMembers`, which no Python worker can have, raises the count once for each shard that is complete: one
 * item takes 1,000 writes per second.
 *
 * Each new count renews the `ttl` of the counter, and now and then that of the group, so that the items of a chord that is
 * never finished expire.
 */
export function createDynamodbChords({ table, keys, system, keptSeconds }: DynamodbChordsOptions): ChordStore {
  const groups = createDynamodbGroups({ table, keys, system });
  const seconds = (after: number) => ({ N: String(Math.ceil(system.now() / 1000 + after)) });

  const countOf = async (groupId: string): Promise<Attributes | undefined> => {
    const item = await table.get(keys.chord(groupId));
    return item?.chord_count && item;
  };

  /** The count after a write that raised it by `more`. Renews the group if the counter's `ttl` has entered another period. */
  const counted = async (groupId: string, before: Attributes, more: number): Promise<ChordCount> => {
    const periodOf = (time: number) => Math.floor(time / groupRenewalSeconds);
    if (periodOf(numberIn(before, 'ttl')) !== periodOf(Number(seconds(unfinishedKeptSeconds).N)))
      await groups.expire(groupId, unfinishedKeptSeconds);
    return { count: numberIn(before, 'chord_count') + more, isNew: true, isEnded: before.fin !== undefined };
  };

  const countedBefore = (item: Attributes): ChordCount => ({
    count: numberIn(item, 'chord_count'),
    isNew: false,
    isEnded: item.fin !== undefined,
  });

  /** Records and counts a member, in one write. */
  const countInCounter = async (groupId: string, memberId: string): Promise<ChordCount | undefined> => {
    const update = countMember(memberId, seconds(unfinishedKeptSeconds));
    const before = await table.update(keys.chord(groupId), update, 'ALL_OLD');
    if (before) return counted(groupId, before, 1);
    const item = await countOf(groupId);
    return item && countedBefore(item);
  };

  /**
   * Records a member in its shard, then raises the counter to the size of the shard: two writes. A shard of less than `fromSize` members
   * is not counted yet.
   */
  const countInShard = async (groupId: string, memberId: string, shard: number, fromSize = 1) => {
    const expiry = seconds(unfinishedKeptSeconds);
    const recorded = await table.update(keys.chordShard(groupId, shard), recordMember(memberId, expiry), 'UPDATED_NEW');
    const size = recorded?.mem?.SS?.length ?? 0;
    if (size < fromSize) return { count: 0, isNew: true, isEnded: false };
    for (let from = size - fromSize; ; ) {
      const update = raiseShard(`s${shard}`, from, size, expiry);
      const before = await table.update(keys.chord(groupId), update, 'ALL_OLD');
      if (before) return counted(groupId, before, size - from);
      const item = await countOf(groupId);
      if (!item) return undefined;
      from = numberIn(item, `s${shard}`);
      if (from >= size) return countedBefore(item);
    }
  };

  /** The items of the members that are counted in shards. */
  const shardKeys = (groupId: string, counter: Attributes | undefined) =>
    Object.keys(counter ?? {})
      .filter((name) => /^s\d+$/.test(name))
      .map((name) => keys.chordShard(groupId, Number(name.slice(1))));

  return {
    async startChord(groupId, group) {
      await table.update(keys.chord(groupId), {
        UpdateExpression:
          'SET chord_count = if_not_exists(chord_count, :zero), #timestamp = if_not_exists(#timestamp, :timestamp), #ttl = :ttl REMOVE fin',
        values: {
          ':zero': { N: '0' },
          ':timestamp': { N: String(system.now() / 1000) },
          ':ttl': seconds(unfinishedKeptSeconds),
        },
      });
      await groups.write(groupId, group, unfinishedKeptSeconds);
    },

    async countChordMember(groupId, member, size = 0) {
      const shard = shardOf(member);
      if (shard === 0 && size <= membersPerItem) return countInCounter(groupId, member.memberId);
      const isShared = size <= maxSharedMembers;
      const shardSize = Math.min(membersPerItem, size - shard * membersPerItem);
      return countInShard(groupId, member.memberId, shard, isShared ? 1 : shardSize);
    },

    async countedMembers(groupId) {
      const counter = await countOf(groupId);
      const shards = await table.getAll(shardKeys(groupId, counter));
      return new Set([counter, ...shards.values()].flatMap((item) => item?.mem?.SS ?? []));
    },

    async keepResults(groupId, membersOf) {
      if (!(await table.update(keys.chord(groupId), beginRenewal(system.now())))) return;
      const group = await groups.read(groupId);
      const members = group ? membersOf(group) : [];
      await forEachConcurrently(members, maxConcurrentWrites, async (id) => {
        await table.update(keys.task(id), extendTtl(seconds(keptSeconds)));
      });
    },

    async endChord(groupId) {
      const counter = await table.update(keys.chord(groupId), endCounter(seconds(keptSeconds)), 'ALL_NEW');
      await groups.expire(groupId, keptSeconds);
      const shards = shardKeys(groupId, counter);
      await Promise.all(shards.map((key) => table.update(key, expireUpdate(seconds(keptSeconds)))));
    },

    saveGroup: (groupId, group) => groups.write(groupId, group, keptSeconds),
    readGroup: groups.read,
    forgetGroup: groups.forget,
  };
}

/** The shard of a member. */
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

/** Records that the results of the members are kept on, unless that was done in the last week, or the chord has ended. */
function beginRenewal(nowMs: number): Update {
  return {
    UpdateExpression: 'SET rn = :now',
    ConditionExpression:
      'attribute_exists(chord_count) AND attribute_not_exists(fin) AND (attribute_not_exists(rn) OR rn < :before)',
    values: {
      ':now': { N: String(nowMs) },
      ':before': { N: String(nowMs - (memberRenewalDays - 1) * 24 * 3_600_000) },
    },
  };
}

function extendTtl(expiry: { N: string }): Update {
  return {
    UpdateExpression: 'SET #ttl = :ttl',
    ConditionExpression: 'attribute_exists(id) AND #ttl < :ttl',
    values: { ':ttl': expiry },
  };
}

/** Tells that the body was sent, and lets the counter expire. */
function endCounter(expiry: { N: string }): Update {
  return {
    UpdateExpression: 'SET fin = :ended, #ttl = :ttl',
    ConditionExpression: 'attribute_exists(chord_count)',
    values: { ':ended': { S: 'ENDED' }, ':ttl': expiry },
  };
}

function numberIn(item: Attributes, name: string): number {
  return Number(item[name]?.N ?? 0);
}
