import {
  type AttributeValue,
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  DynamoDBClient,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { clientSettings } from '../aws/clientSettings.ts';
import { parsePythonJson } from '../message/pythonJson.ts';
import { isObject, type KombuObject } from '../message/values.ts';
import { parseBackendUrl } from './backendUrl.ts';
import { type ItemKeys, itemKeys } from './itemKeys.ts';
import type { Clock } from './resultStore.ts';
import { isStampMark } from './stampMarks.ts';
import { censusLimits, type TaskCensus, type TaskRecord } from './taskCensus.ts';

export interface DynamodbCensusOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly keys?: ItemKeys;
  readonly clock?: Clock;
  /** @default censusLimits */
  readonly limits?: { readonly tasks: number; readonly pages: number };
}

type Key = Record<string, AttributeValue>;

/** How many keys one BatchGetItem takes. */
const batchGetLimit = 100;

const running = 'attribute_not_exists(fin) AND lx >= :now';
const filters = {
  active: running,
  scheduled: `begins_with(#result, :retry) AND attribute_not_exists(fin) AND (attribute_not_exists(lx) OR lx < :now)`,
  revoked: 'attribute_exists(rvk) OR begins_with(#result, :revoked)',
} as const;

/** The census of the table that the environment names: GIRDER_WORKER_BACKEND, and the AWS SDK's own variables. */
export function connectCensus(env: NodeJS.ProcessEnv): TaskCensus {
  const backend = parseBackendUrl(env.GIRDER_WORKER_BACKEND ?? 'dynamodb:///celery');
  return createDynamodbCensus({
    client: new DynamoDBClient(clientSettings(env, 'DYNAMODB', backend)),
    table: backend.table,
    keys: itemKeys(env.GIRDER_WORKER_KEY_PREFIX),
  });
}

export function createDynamodbCensus(options: DynamodbCensusOptions): TaskCensus {
  const { client, table, keys = itemKeys(), clock = Date.now, limits = censusLimits } = options;

  return {
    async list(which) {
      const nowMs = clock();
      const FilterExpression = filters[which];
      const tasks: TaskRecord[] = [];
      let ExclusiveStartKey: Key | undefined;
      for (let page = 0; page < limits.pages; page++) {
        const command = new ScanCommand({
          TableName: table,
          FilterExpression,
          ...namesIn(FilterExpression),
          ExpressionAttributeValues: valuesIn(FilterExpression, nowMs),
          ExclusiveStartKey,
        });
        const { Items = [], LastEvaluatedKey } = await client.send(command);
        tasks.push(...Items.flatMap((item) => recordOf(item, keys, nowMs) ?? []));
        if (tasks.length > limits.tasks) return { tasks: tasks.slice(0, limits.tasks), isComplete: false };
        if (!LastEvaluatedKey) return { tasks, isComplete: true };
        ExclusiveStartKey = LastEvaluatedKey;
      }
      return { tasks, isComplete: false };
    },

    async find(ids) {
      const records: TaskRecord[] = [];
      let left: Key[] = [...new Set(ids)].map((id) => ({ id: { S: keys.task(id) } }));
      while (left.length > 0) {
        const command = new BatchGetItemCommand({ RequestItems: { [table]: { Keys: left.slice(0, batchGetLimit) } } });
        const { Responses, UnprocessedKeys }: BatchGetItemCommandOutput = await client.send(command);
        records.push(...(Responses?.[table] ?? []).flatMap((item) => recordOf(item, keys, clock()) ?? []));
        left = [...left.slice(batchGetLimit), ...(UnprocessedKeys?.[table]?.Keys ?? [])];
      }
      return records;
    },
  };
}

/** Undefined for the items of groups and chords, and for the marks of stamps. */
function recordOf(attributes: Record<string, AttributeValue>, keys: ItemKeys, nowMs: number): TaskRecord | undefined {
  const id = taskIdIn(attributes.id?.S ?? '', keys);
  if (id === undefined || isStampMark(id)) return undefined;
  const bytes = attributes.result?.B ?? new Uint8Array();
  const state = stateIn(bytes) ?? attributes.fin?.S ?? 'PENDING';
  const isActive = !attributes.fin && Number(attributes.lx?.N ?? 0) >= nowMs;
  const isScheduled = !isActive && state === 'RETRY';
  const isStarted = isActive && state === 'STARTED';
  return {
    id,
    state,
    phase: isActive ? 'active' : isScheduled ? 'scheduled' : 'ready',
    task: attributes.tsk?.S ?? null,
    worker: isStarted ? workerIn(bytes) : null,
    dueMs: isScheduled && attributes.ra?.N ? Number(attributes.ra.N) : null,
    startedMs: isStarted && attributes.timestamp?.N ? Math.round(Number(attributes.timestamp.N) * 1000) : null,
  };
}

function taskIdIn(key: string, keys: ItemKeys): string | undefined {
  const start = keys.task('').slice(0, -1);
  return key.startsWith(start) && key.length > start.length + 1 ? key.slice(start.length, -1) : undefined;
}

/** Every document begins with its status, unless it is compressed: that it has ended, `fin` then tells. */
function stateIn(bytes: Uint8Array): string | undefined {
  return /^\{"status": "(\w+)"/.exec(Buffer.from(bytes.subarray(0, 100)).toString('latin1'))?.[1];
}

/** Of the document of a task that has been claimed. */
function workerIn(bytes: Uint8Array): TaskRecord['worker'] {
  const { result } = parsePythonJson(Buffer.from(bytes).toString('utf8')) as KombuObject;
  if (!isObject(result)) return null;
  const { pid, hostname } = result;
  return typeof pid === 'number' && typeof hostname === 'string' ? { pid, hostname } : null;
}

/** DynamoDB takes no names and values that are not used. */
function namesIn(expression: string): { ExpressionAttributeNames?: Record<string, string> } {
  return expression.includes('#result') ? { ExpressionAttributeNames: { '#result': 'result' } } : {};
}

function valuesIn(expression: string, nowMs: number): Record<string, AttributeValue> {
  const bytes = (text: string) => ({ B: new TextEncoder().encode(text) });
  const values = {
    ':now': { N: String(nowMs) },
    ':retry': bytes('{"status": "RETRY"'),
    ':revoked': bytes('{"status": "REVOKED"'),
  };
  return Object.fromEntries(Object.entries(values).filter(([name]) => expression.includes(name)));
}
