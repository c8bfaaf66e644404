import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../wire/results');

/** A document that a real Celery stored. */
export interface RecordedItem {
  /** The file of the recording, and the item's key. */
  readonly name: string;
  readonly kind: 'task' | 'group';
  readonly bytes: Buffer;
}

interface Attributes {
  readonly id: { readonly S: string };
  readonly result?: { readonly B?: string };
}

/** An item written by hand, and how a Python client read it. */
export interface ByHand {
  readonly label: string;
  readonly item?: Attributes;
  /** As Python's repr, or `RAISES …`. */
  readonly state: string;
}

/** All documents that Celery stored in the recordings; `cut` are the keys of documents of which only a part is recorded. */
export function recordedItems(): { readonly items: readonly RecordedItem[]; readonly cut: readonly string[] } {
  const items = new Map<string, RecordedItem>();
  const keys = new Map<string, 'whole' | 'cut'>();
  for (const file of readdirSync(folder).sort()) {
    if (file.startsWith('byhand_')) continue;
    for (const { id, result } of attributesIn(JSON.parse(readText(file)))) {
      if (result?.B === undefined) continue;
      const isWhole = /^[\w+/]+={0,2}$/.test(result.B);
      if (isWhole || !keys.has(id.S)) keys.set(id.S, isWhole ? 'whole' : 'cut');
      const kind = id.S.includes('celery-taskset-meta-') ? 'group' : 'task';
      const item = { name: `${file} ${id.S}`, kind, bytes: Buffer.from(result.B, 'base64') } as const;
      if (isWhole && !items.has(`${id.S} ${result.B}`)) items.set(`${id.S} ${result.B}`, item);
    }
  }
  return { items: [...items.values()], cut: [...keys].flatMap(([key, extent]) => (extent === 'cut' ? [key] : [])) };
}

export function byHand(): readonly ByHand[] {
  return (JSON.parse(readText('byhand_read_by_python.json')) as { cases: ByHand[] }).cases;
}

export function bytesOf({ item }: ByHand): Buffer | undefined {
  return item?.result?.B === undefined ? undefined : Buffer.from(item.result.B, 'base64');
}

/** Replaces Python's NaN and Infinity, which are not JSON and which no test reads; each stands on a line of its own. */
function readText(file: string): string {
  return readFileSync(join(folder, file), 'utf8').replace(/^(\s*(?:"[^"]*": )?)(-?Infinity|NaN)(,?)$/gm, '$1null$3');
}

/** All items in a recording, whether read, written or listed. */
function attributesIn(value: unknown): Attributes[] {
  if (typeof value !== 'object' || value === null) return [];
  const { id, timestamp } = value as { id?: { S?: unknown }; timestamp?: unknown };
  if (typeof id?.S === 'string' && timestamp !== undefined) return [value as Attributes];
  return Object.values(value).flatMap(attributesIn);
}
