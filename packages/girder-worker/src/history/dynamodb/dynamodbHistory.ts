import { type DynamoDBClient, PutItemCommand, QueryCommand, type QueryCommandOutput } from '@aws-sdk/client-dynamodb';
import type { System } from '../../system/system.ts';
import type { History, StoredRuns } from '../history.ts';
import { packRecords, unpackRecords } from '../packRecords.ts';
import type { RunRecord } from '../runRecord.ts';

export interface DynamodbHistoryOptions {
  readonly client: Pick<DynamoDBClient, 'send'>;
  readonly table: string;
  /** After how many days DynamoDB deletes what is appended now. */
  readonly days: number;
  readonly system: Pick<System, 'now' | 'random' | 'randomUUID'>;
}

/**
 * The partition keys, `0` to `7`. A write takes any of them, so that none takes more than an eighth of the writes: DynamoDB takes 1000 write
 * units a second for each key.
 */
const shards = 8;

/** The most runs of one item. */
const runsPerItem = 50;

/** An item: the runs of one write. `at` is the sort key: the time of the write in ms, with 14 digits, and what makes it unique. */
interface Item {
  readonly shard: { readonly S: string };
  readonly at: { readonly S: string };
  readonly runs: { readonly B: Uint8Array };
  readonly ttl: { readonly N: string };
}

/** The history in a DynamoDB table of its own, with the partition key `shard` and the sort key `at`, both of them strings. */
export function createDynamodbHistory({ client, table, days, system }: DynamodbHistoryOptions): History {
  const keptSeconds = days * 24 * 3600;

  const put = async (records: readonly RunRecord[]): Promise<void> => {
    const nowMs = system.now();
    const Item = {
      shard: { S: String(Math.floor(system.random() * shards)) },
      at: { S: `${sortable(nowMs)}-${system.randomUUID().slice(0, 8)}` },
      runs: { B: packRecords(records) },
      ttl: { N: String(Math.ceil(nowMs / 1000) + keptSeconds) },
    } satisfies Item;
    await client.send(new PutItemCommand({ TableName: table, Item })).catch((error: unknown) => {
      throw withAdvice(error, table);
    });
  };

  /** Yields the writes of one shard, the last first. */
  async function* readShard(shard: number, fromMs: number, toMs: number): AsyncGenerator<readonly StoredRuns[]> {
    let ExclusiveStartKey: QueryCommandOutput['LastEvaluatedKey'];
    do {
      const command = new QueryCommand({
        TableName: table,
        KeyConditionExpression: '#shard = :shard AND #at BETWEEN :from AND :to',
        ExpressionAttributeNames: { '#shard': 'shard', '#at': 'at' },
        ExpressionAttributeValues: {
          ':shard': { S: String(shard) },
          ':from': { S: sortable(fromMs) },
          ':to': { S: `${sortable(toMs)}~` },
        },
        ScanIndexForward: false,
        ExclusiveStartKey,
      });
      const answer: QueryCommandOutput = await client.send(command).catch((error: unknown) => {
        throw withAdvice(error, table);
      });
      yield (answer.Items ?? []).flatMap((item) => storedRunsOf(item as unknown as Item));
      ExclusiveStartKey = answer.LastEvaluatedKey;
    } while (ExclusiveStartKey);
  }

  return {
    async append(records) {
      const items = Array.from({ length: Math.ceil(records.length / runsPerItem) }, (_, index) =>
        records.slice(index * runsPerItem, (index + 1) * runsPerItem),
      );
      await Promise.all(items.map(put));
    },

    async *read({ fromMs, toMs }) {
      let readers = Array.from({ length: shards }, (_, shard) => readShard(shard, fromMs, toMs));
      while (readers.length > 0) {
        const pages = await Promise.all(readers.map((reader) => reader.next()));
        readers = readers.filter((_, index) => !pages[index]?.done);
        const runs = pages.flatMap((page) => (page.done ? [] : page.value));
        if (runs.length > 0) yield runs.toSorted((a, b) => b.appendedMs - a.appendedMs);
      }
    },
  };
}

/** A time as a text whose order is that of time. */
function sortable(ms: number): string {
  return String(Math.max(0, Math.floor(ms))).padStart(14, '0');
}

/** The runs of an item; none if another version of this library wrote it in another form. */
function storedRunsOf({ shard, at, runs }: Item): readonly StoredRuns[] {
  const appendedMs = Number(at.S.slice(0, 14));
  try {
    return [{ key: `${shard.S}/${at.S}`, appendedMs, records: unpackRecords(runs.B) }];
  } catch {
    return [];
  }
}

/** The error, or one with advice if the table does not exist. */
function withAdvice(error: unknown, table: string): unknown {
  if (!(error instanceof Error) || error.name !== 'ResourceNotFoundException') return error;
  return new Error(
    `There is no DynamoDB table "${table}" for the history. Deploy the stack with the parameter historyDays, or unset GIRDER_WORKER_HISTORY_TABLE.`,
    { cause: error },
  );
}
