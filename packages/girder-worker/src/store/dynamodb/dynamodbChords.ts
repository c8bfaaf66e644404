import type { ChordPart, ChordStore, CountedPart } from '../chordStore.ts';
import { readGroup } from '../document/readResult.ts';
import { groupDocument } from '../document/resultDocument.ts';
import { encodeDocument, maxDocumentBytes, toPlainJson } from '../document/storedBytes.ts';
import { BackendStoreError } from '../errors.ts';
import type { Clock } from '../resultStore.ts';
import type { ResultTuple } from '../storedResult.ts';
import type { Attributes } from './attributeValues.ts';
import type { ItemKeys } from './itemKeys.ts';
import type { Table, Update } from './table.ts';

/** So many members of a chord are noted in one item: a write costs by the size of the item. */
const membersPerItem = 256;

/** For how long the notes of a large chord are kept after the last of them, as Celery keeps its counter for ever. */
const unfinishedSeconds = 366 * 24 * 3600;

interface Surroundings {
  readonly table: Table;
  readonly keys: ItemKeys;
  readonly clock: Clock;
  readonly keptSeconds: number;
}

/**
 * Chords in Celery's counter item, `chord_count` (N), which Python's workers only ever raise by one. Ours beside it: `mem`
 * the ids of the members counted here, of the first 256 places, and `s1`, `s2`, … how many of each further 256 places are
 * in the count. The ids of those are the `mem` of items of their own.
 *
 * So the count is always Python's parts, plus the size of `mem`, plus all `s`; each write that raises it changes one of
 * these by as much, under a condition that lets none be counted twice. A worker that dies between noting a member in an
 * item of its own and counting it leaves `s` behind that item's size; whoever comes next, a duplicate too, makes up for it.
 */
export function createDynamodbChords({ table, keys, clock, keptSeconds }: Surroundings): ChordStore {
  const seconds = (after: number) => ({ N: String(Math.ceil(clock() / 1000 + after)) });
  const timestamp = () => ({ N: String(clock() / 1000) });

  const countOf = async (groupId: string): Promise<Attributes | undefined> => {
    const item = await table.get(keys.chord(groupId));
    return item?.chord_count && item;
  };

  /** One write for a part: notes the member and counts it, if it was not noted before. */
  const countInCounter = async (groupId: string, memberId: string): Promise<CountedPart | undefined> => {
    const counted = await table.update(keys.chord(groupId), countMember(memberId), 'UPDATED_NEW');
    if (counted) return { count: numberIn(counted, 'chord_count'), isNew: true };
    const item = await countOf(groupId);
    return item && { count: numberIn(item, 'chord_count'), isNew: false };
  };

  /** Two writes for a part: notes the member in the item of its place, then brings the counter up to that item's size. */
  const countInShard = async (groupId: string, memberId: string, shard: number): Promise<CountedPart | undefined> => {
    const noted = await table.update(
      keys.chordShard(groupId, shard),
      noteMember(memberId, seconds(unfinishedSeconds)),
      'UPDATED_NEW',
    );
    const size = noted?.mem?.SS?.length ?? 0;
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
    if (!bytes) throw new BackendStoreError(`The group ${groupId} has more members than fit into an item of DynamoDB.`);
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

    async countChordPart(groupId, part) {
      const shard = shardOf(part);
      return shard === 0 ? countInCounter(groupId, part.memberId) : countInShard(groupId, part.memberId, shard);
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

/** The item in which a member is noted: by its place, so that those of a large chord spread. */
function shardOf({ index }: ChordPart): number {
  return index !== null && Number.isSafeInteger(index) && index >= 0 ? Math.floor(index / membersPerItem) : 0;
}

function countMember(memberId: string): Update {
  return {
    UpdateExpression: 'ADD chord_count :one, mem :members',
    ConditionExpression: 'attribute_exists(chord_count) AND NOT contains(mem, :member)',
    values: { ':one': { N: '1' }, ':members': { SS: [memberId] }, ':member': { S: memberId } },
  };
}

function noteMember(memberId: string, expiry: { N: string }): Update {
  return {
    UpdateExpression: 'SET #ttl = :ttl ADD mem :members',
    values: { ':members': { SS: [memberId] }, ':ttl': expiry },
  };
}

/** Raises the count by as much as the part of it that is this shard's. */
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
