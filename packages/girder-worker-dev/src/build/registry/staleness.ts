/** How a committed registry differs from the one that would be generated. */
export interface Staleness {
  /** Names of tasks that only the generated registry has. */
  readonly added: readonly string[];
  /** Names of tasks that only the committed registry has. */
  readonly removed: readonly string[];
  /** Names of tasks whose plugin, options, parameters or module differ. */
  readonly changed: readonly string[];
  /** Whether the settings or the form of the file differ. */
  readonly elsewhere: boolean;
}

/**
 * Compares the text of a committed registry with the generated text. Returns undefined if the committed one is up to date.
 *
 * Tasks are found by the form of their blocks, and compared without regard to quotes, commas and line breaks. The
 * committed text may be damaged, so it is never run.
 */
export function staleness(committed: string, generated: string): Staleness | undefined {
  const committedText = committed.replaceAll('\r\n', '\n');
  if (committedText === generated) return undefined;
  const before = splitTasks(committedText);
  const now = splitTasks(generated);
  const kept = [...now.tasks].filter(([name]) => before.tasks.has(name));
  const differing = kept.filter(([name, block]) => before.tasks.get(name) !== block);
  const changed = differing.filter(([name, block]) => normalized(before.tasks.get(name)!) !== normalized(block));
  return {
    added: [...now.tasks.keys()].filter((name) => !before.tasks.has(name)),
    removed: [...before.tasks.keys()].filter((name) => !now.tasks.has(name)),
    changed: changed.map(([name]) => name),
    elsewhere: before.rest !== now.rest || changed.length < differing.length,
  };
}

/** `    "name": {` to `    },`. Earlier versions wrote the name in single quotes, or without any. */
const taskBlock = /^ {4}(?<key>"(?:[^"\\\n]|\\.)+"|'.+'|[^\s'":]+): \{\n(?<body>(?:.*\n)*?) {4}\},\n/gm;

function splitTasks(text: string): { readonly tasks: ReadonlyMap<string, string>; readonly rest: string } {
  const tasks = new Map<string, string>();
  const rest = text.replace(taskBlock, (_block, key: string, body: string) => {
    tasks.set(nameOf(key), body);
    return '';
  });
  return { tasks, rest: rest.replace('tasks: {\n  }', 'tasks: {}') };
}

function nameOf(key: string): string {
  if (key.startsWith("'")) return key.slice(1, -1);
  try {
    return key.startsWith('"') ? String(JSON.parse(key)) : key;
  } catch {
    return key; // Not written by `generate`: the file is damaged.
  }
}

const token = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[\p{ID_Start}_$][\p{ID_Continue}$]*(?=:)|,?\s+(?=[}\]])|\s+/gu;

/** The body of a block in one form: all strings and keys in double quotes, no white space, no trailing commas. */
function normalized(body: string): string {
  return body.replace(token, (text) => {
    if (text.startsWith("'")) return `"${text.slice(1, -1).replaceAll('"', '\\"')}"`;
    if (text.startsWith('"')) return text;
    return /^[,\s]/.test(text) ? '' : `"${text}"`;
  });
}
