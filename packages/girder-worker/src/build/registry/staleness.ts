/** How a committed registry differs from the one that would be generated. */
export interface Staleness {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  /** Whether something differs that is not a task: the settings, or the form of the file. */
  readonly elsewhere: boolean;
}

/**
 * Compares the text of a committed registry to the generated one; undefined if it is up to date. The tasks in the
 * committed text are found by the form that `generate` gives them, so nothing of a stale or damaged file is run.
 */
export function staleness(committed: string, generated: string): Staleness | undefined {
  const before = committed.replaceAll('\r\n', '\n');
  if (before === generated) return undefined;
  const old = partsOf(before);
  const now = partsOf(generated);
  return {
    added: [...now.tasks.keys()].filter((name) => !old.tasks.has(name)),
    removed: [...old.tasks.keys()].filter((name) => !now.tasks.has(name)),
    changed: [...now.tasks].filter(([name, text]) => (old.tasks.get(name) ?? text) !== text).map(([name]) => name),
    elsewhere: old.rest !== now.rest,
  };
}

/** A task's block: `    'name': {` until `    },`. */
const taskBlock = /^ {4}(?<quote>['"]?)(?<name>.+)\k<quote>: \{\n(?<body>(?:.*\n)*?) {4}\},\n/gm;

function partsOf(text: string): { tasks: ReadonlyMap<string, string>; rest: string } {
  const tasks = new Map<string, string>();
  const rest = text.replace(taskBlock, (_block, _quote, name: string, body: string) => {
    tasks.set(name, body);
    return '';
  });
  return { tasks, rest: rest.replace('tasks: {\n  }', 'tasks: {}') };
}
