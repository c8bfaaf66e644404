/** The keys of the items that one task, group or chord has in the table. */
export interface ItemKeys {
  task(id: string): string;
  group(groupId: string): string;
  chord(groupId: string): string;
  /** Ours: members of a large chord, beside Celery's counter. */
  chordShard(groupId: string, shard: number): string;
}

/**
 * Celery's keys: the text of a Python bytes literal, with the `b` and the quotes (wire specification §3).
 *
 * The prefix is Celery's `global_keyprefix`, which puts `_` after one that does not end in `:`, `_`, `-` or `.`.
 */
export function itemKeys(globalPrefix = ''): ItemKeys {
  const prefix = globalPrefix === '' || /[:_.-]$/.test(globalPrefix) ? globalPrefix : `${globalPrefix}_`;
  const key = (kind: string, id: string) => pythonBytes(`${prefix}${kind}${id}`);
  return {
    task: (id) => key('celery-task-meta-', id),
    group: (groupId) => key('celery-taskset-meta-', groupId),
    chord: (groupId) => key('chord-unlock-', groupId),
    chordShard: (groupId, shard) => key('chord-unlock-', `${groupId}-members-${shard}`),
  };
}

const shortEscapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/** Python's repr of the text's bytes in UTF-8. */
function pythonBytes(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = Array.from(Buffer.from(text, 'utf8'), (byte) => {
    const character = String.fromCharCode(byte);
    if (character === quote) return `\\${quote}`;
    if (Object.hasOwn(shortEscapes, character)) return shortEscapes[character];
    return byte >= 0x20 && byte < 0x7f ? character : `\\x${byte.toString(16).padStart(2, '0')}`;
  });
  return `b${quote}${escaped.join('')}${quote}`;
}
