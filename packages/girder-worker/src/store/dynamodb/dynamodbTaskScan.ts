import { nodeSystem } from '../../system/nodeSystem.ts';
import type { System } from '../../system/system.ts';
import { scanLimits, type TaskScan, type TaskSummary } from '../taskScan.ts';
import type { Attributes } from './attributeValues.ts';
import { readRequest } from './claimedRequest.ts';
import { type ItemKeys, idInKey, itemKeys } from './itemKeys.ts';
import { createTable, type DynamodbClient } from './table.ts';

export interface DynamodbTaskScanOptions {
  readonly client: DynamodbClient;
  readonly table: string;
  /** Celery's `global_keyprefix`; tasks with another prefix are not found. @default none */
  readonly keyPrefix?: string | undefined;
  /** @default nodeSystem */
  readonly system?: Pick<System, 'now' | 'sleep'>;
  /** @default scanLimits */
  readonly limits?: { readonly tasks: number; readonly pages: number };
}

const filters = {
  active: 'attribute_not_exists(fin) AND lx >= :now',
  scheduled: 'begins_with(#result, :retry) AND attribute_not_exists(fin) AND attribute_not_exists(own)',
  revoked: 'attribute_exists(rvk) OR begins_with(#result, :revoked)',
} as const;

export function createDynamodbTaskScan(options: DynamodbTaskScanOptions): TaskScan {
  const { client, table: name, keyPrefix, system = nodeSystem, limits = scanLimits } = options;
  const keys = itemKeys(keyPrefix);
  const table = createTable(client, name, system);

  return {
    async list(which) {
      const nowMs = system.now();
      const tasks: TaskSummary[] = [];
      let pages = 0;
      for await (const items of table.scan(filters[which], valuesAt(nowMs))) {
        if (pages++ === limits.pages) return { tasks, isComplete: false };
        tasks.push(...items.flatMap((item) => summaryOf(item, keys, nowMs) ?? []));
        if (tasks.length > limits.tasks) return { tasks: tasks.slice(0, limits.tasks), isComplete: false };
      }
      return { tasks, isComplete: true };
    },

    async find(ids) {
      const items = await table.getAll(ids.map(keys.task), { consistent: false });
      return [...items.values()].flatMap((item) => summaryOf(item, keys, system.now()) ?? []);
    },
  };
}

/** Undefined for items of groups, chords and stamps. */
function summaryOf(attributes: Attributes, keys: ItemKeys, nowMs: number): TaskSummary | undefined {
  const id = idInKey(attributes.id?.S ?? '', keys.task);
  if (id === undefined) return undefined;
  const bytes = attributes.result?.B ?? new Uint8Array();
  const state = stateIn(bytes) ?? attributes.fin?.S ?? 'PENDING';
  const isActive = !attributes.fin && Number(attributes.lx?.N ?? 0) >= nowMs;
  const isScheduled = !attributes.own && state === 'RETRY'; // A state RETRY stays while the task runs again.
  const claimed = isActive || isScheduled ? readRequest(attributes.req?.S) : undefined;
  return {
    id,
    state,
    phase: isActive ? 'active' : isScheduled ? 'scheduled' : 'ready',
    task: attributes.tsk?.S ?? null,
    worker: (isActive && claimed?.worker) || null,
    dueMs: isScheduled && attributes.ra?.N ? Number(attributes.ra.N) : null,
    startedMs: (isActive && claimed?.startedMs) || null,
    request: claimed?.request ?? null,
  };
}

/** Documents begin with their status; undefined for a compressed one, whose task has `fin` if it has ended. */
function stateIn(bytes: Uint8Array): string | undefined {
  return /^\{"status": "(\w+)"/.exec(Buffer.from(bytes.subarray(0, 100)).toString('latin1'))?.[1];
}

/** The values of the filters. */
function valuesAt(nowMs: number): Attributes {
  const bytes = (text: string) => ({ B: Buffer.from(text) });
  return {
    ':now': { N: String(nowMs) },
    ':retry': bytes('{"status": "RETRY"'),
    ':revoked': bytes('{"status": "REVOKED"'),
  };
}
