import { nodeSystem } from '../../system/nodeSystem.ts';
import { unfinishedChordDays } from '../limits.ts';
import { type OrphanScan, orphanAfterMs, type StoredOrphan } from '../orphanScan.ts';
import { scanLimits } from '../taskScan.ts';
import type { Attributes } from './attributeValues.ts';
import { readRequest } from './claimedRequest.ts';
import type { DynamodbTaskScanOptions } from './dynamodbTaskScan.ts';
import { type ItemKeys, idInKey, itemKeys } from './itemKeys.ts';
import { createTable } from './table.ts';

const filter =
  '(attribute_not_exists(fin) AND attribute_exists(own) AND lx < :now) OR ' +
  '(attribute_not_exists(fin) AND attribute_not_exists(own) AND begins_with(#result, :retry) AND ra < :late) OR ' +
  '(attribute_not_exists(fin) AND attribute_exists(chord_count) AND #ttl < :ttl)';

const unfinishedKeptMs = unfinishedChordDays * 24 * 3600 * 1000;

export function createDynamodbOrphans(options: DynamodbTaskScanOptions): OrphanScan {
  const { client, table: name, keyPrefix, system = nodeSystem, limits = scanLimits } = options;
  const keys = itemKeys(keyPrefix);
  const table = createTable(client, name, system);
  return {
    async list() {
      const nowMs = system.now();
      const orphans: StoredOrphan[] = [];
      let pages = 0;
      for await (const items of table.scan(filter, valuesAt(nowMs))) {
        if (pages++ === limits.pages) return { orphans, isComplete: false };
        orphans.push(...items.flatMap((item) => orphanOf(item, keys) ?? []));
        if (orphans.length > limits.tasks) return { orphans: orphans.slice(0, limits.tasks), isComplete: false };
      }
      return { orphans, isComplete: true };
    },
  };
}

function orphanOf(item: Attributes, keys: ItemKeys): StoredOrphan | undefined {
  const key = item.id?.S ?? '';
  const number = (name: string) => Number(item[name]?.N ?? 0);
  const chord = idInKey(key, keys.chord);
  if (chord !== undefined) {
    const sinceMs = number('ttl') * 1000 - unfinishedKeptMs;
    return { kind: 'chord', id: chord, task: null, sinceMs, worker: null, counted: number('chord_count') };
  }
  const id = idInKey(key, keys.task);
  if (id === undefined) return undefined;
  const task = item.tsk?.S ?? null;
  if (!item.own) return { kind: 'retry', id, task, sinceMs: number('ra'), worker: null, counted: null };
  const worker = readRequest(item.req?.S)?.worker?.hostname ?? null;
  return { kind: 'claim', id, task, sinceMs: number('lx'), worker, counted: null };
}

/** The values of the filter. A chord's `ttl` is renewed with each count. */
function valuesAt(nowMs: number): Attributes {
  return {
    ':now': { N: String(nowMs) },
    ':late': { N: String(nowMs - orphanAfterMs.retry) },
    ':ttl': { N: String(Math.floor((nowMs - orphanAfterMs.chord + unfinishedKeptMs) / 1000)) },
    ':retry': { B: Buffer.from('{"status": "RETRY"') },
  };
}
