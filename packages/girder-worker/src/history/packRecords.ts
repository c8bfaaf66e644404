import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { FollowingTask, RunRecord } from './runRecord.ts';

/**
 * The most bytes of the runs of one write: a quarter of a kilobyte for each, because DynamoDB bills each kilobyte of an item, and one kilobyte at
 * least. The key and the other attributes take `otherBytes` of it.
 */
const bytesPerRun = 256;
const leastBytes = 1024;
const otherBytes = 144;

/** The longest texts, arguments and errors, that are tried; they are halved until the runs fit. */
const longestText = 1024;

/** The most bytes that `unpackRecords` makes of an item. */
const maxUnpackedBytes = 4 * 1024 * 1024;

/** A record as a list, because names of fields would take more space than their values. The order is the format: new fields come last. */
type Row = readonly [
  id: string,
  task: string,
  state: string,
  /** 0 if it is `id`. */
  rootId: string | 0,
  /** 0 if it is `rootId`. */
  parentId: string | null | 0,
  group: string | null,
  queue: string,
  worker: string,
  requestId: string,
  receivedMs: number,
  /** After `receivedMs`. */
  startedAfterMs: number | null,
  endedAfterMs: number,
  retries: number,
  receiveCount: number,
  sizeBytes: number,
  args: string,
  kwargs: string,
  error: string | null,
  dueMs: number | null,
  follows: readonly (readonly [kind: string, id: string | null, task: string])[],
];

/** Returns records as the bytes that are stored: JSON, compressed by raw deflate (RFC 1951). Texts are cut where there is no space for all. */
export function packRecords(records: readonly RunRecord[]): Uint8Array {
  const spaceBytes = Math.max(leastBytes, bytesPerRun * records.length) - otherBytes;
  for (let characters = longestText; ; characters = Math.floor(characters / 2)) {
    const packed = deflateRawSync(JSON.stringify(records.map((record) => rowOf(record, characters))));
    if (packed.length <= spaceBytes || characters === 0) return packed;
  }
}

/** Returns the records of stored bytes. Throws an Error if they have another form, or are larger than any item can be. */
export function unpackRecords(packed: Uint8Array): readonly RunRecord[] {
  const rows = JSON.parse(inflateRawSync(packed, { maxOutputLength: maxUnpackedBytes }).toString()) as Row[];
  return rows.map(recordOfRow);
}

function rowOf(record: RunRecord, characters: number): Row {
  const { id, task, state, rootId, parentId, group, queue, worker, requestId, receivedMs, startedMs, endedMs } = record;
  return [
    ...([id, task, state] as const),
    rootId === id ? 0 : rootId,
    parentId === rootId ? 0 : parentId,
    ...([group, queue, worker, requestId, receivedMs] as const),
    startedMs === null ? null : startedMs - receivedMs,
    endedMs - receivedMs,
    ...([record.retries, record.receiveCount, record.sizeBytes] as const),
    cut(record.args, characters),
    cut(record.kwargs, characters),
    record.error === null ? null : cut(record.error, characters),
    record.dueMs,
    characters === 0 ? [] : record.follows.map(({ kind, id: next, task: name }) => [kind, next, name] as const),
  ];
}

function recordOfRow(row: Row): RunRecord {
  const [id, task, state, root, parent, group, queue, worker, requestId, receivedMs, ...rest] = row;
  const [startedAfterMs, endedAfterMs, retries, receiveCount, sizeBytes, args, kwargs, error, dueMs, follows] = rest;
  const rootId = root === 0 ? id : root;
  return {
    ...{ id, task, state: state as RunRecord['state'], rootId, group, queue, worker, requestId, receivedMs },
    parentId: parent === 0 ? rootId : parent,
    startedMs: startedAfterMs === null ? null : receivedMs + startedAfterMs,
    endedMs: receivedMs + endedAfterMs,
    ...{ retries, receiveCount, sizeBytes, args, kwargs, error, dueMs },
    follows: follows.map(([kind, next, name]) => ({ kind: kind as FollowingTask['kind'], id: next, task: name })),
  };
}

function cut(text: string, characters: number): string {
  return text.length > characters ? `${text.slice(0, Math.max(0, characters - 1))}…` : text;
}
