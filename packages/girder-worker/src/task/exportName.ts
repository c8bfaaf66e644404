import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { definitionOf, type TaskDefinition } from './definition.ts';

/** The place of a call, from a stack of one frame. `line` and `column` start at 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

type Exports = Readonly<Record<string, unknown>>;

/** The export name of a task. Of several names, the function's own name wins, and `default` comes last. */
export function exportNameIn(exports: Exports, task: unknown, { fn }: TaskDefinition): string | undefined {
  return preferred(
    Object.keys(exports).filter((name) => exports[name] === task),
    fn.name,
  );
}

/** The exports of a module that has loaded; undefined while it is loading, and if it awaits at its top level. */
export function loadedExports(file: string): Exports | undefined {
  try {
    return createRequire(import.meta.url)(file) as Exports;
  } catch {
    return undefined; // Node cannot require a module that is still being evaluated, or that has a top-level await.
  }
}

/**
 * The export name of a task in another instance of its module, which was defined by the same call. Test runners load a
 * module a second time.
 */
export function exportNameInTwin(exports: Exports, { fn, definedAt }: TaskDefinition): string | undefined {
  const isTwin = (value: unknown) => {
    const other = definitionOf(value);
    return other !== undefined && other.fn.name === fn.name && sameLine(other.definedAt.stack, definedAt.stack);
  };
  const names = Object.keys(exports).filter((name) => isTwin(exports[name]));
  return new Set(names.map((name) => exports[name])).size === 1 ? preferred(names, fn.name) : undefined;
}

/** Test runners transform the code, which moves columns. */
function sameLine(one = '', other = ''): boolean {
  const lineIn = (stack: string) => /:(\d+):\d+\)?$/m.exec(stack)?.[1];
  return lineIn(one) !== undefined && lineIn(one) === lineIn(other);
}

function preferred(names: readonly string[], functionName: string): string | undefined {
  return names.find((name) => name === functionName) ?? names.find((name) => name !== 'default') ?? names[0];
}

/** What precedes the call: `export const name = app.`, `, name = app.`, `exports.name = app.` or `export default app.` */
const assignment =
  /(?:(?<exported>\bexport\s+)?\b(?:const|let|var)\s+|,\s*|(?<common>\bexports\.))(?<name>[\p{ID_Start}_$][\p{ID_Continue}$]*)\s*=\s*[\w$.\s]*$/u;

/**
 * The name under which the source of a module that is still loading exports what a call at this place returns; undefined if
 * it does not show that.
 */
export function exportNameInSource({ file, line, column }: Place): string | undefined {
  let source: string;
  try {
    source = readFileSync(file, 'utf8');
  } catch {
    return undefined; // The file of a stack need not exist: a loader can have made the module.
  }
  const lines = source.split('\n');
  const before = [...lines.slice(0, line - 1), (lines[line - 1] ?? '').slice(0, column - 1)].join('\n');
  if (/\bexport\s+default\s+[\w$.\s]*$/.test(before)) return 'default';
  const { name, exported, common } = assignment.exec(before.slice(-300))?.groups ?? {};
  if (name === undefined || exported !== undefined || common !== undefined) return name;
  const lists = [...source.matchAll(/\bexport\s*\{([^}]*)\}(?!\s*from\b)/g)].flatMap(([, list = '']) =>
    list.split(','),
  );
  const names = lists.flatMap((item) => {
    const [local, as] = item.trim().split(/\s+as\s+/);
    return local === name ? [as ?? local] : [];
  });
  return preferred(names, name);
}

/** The place in a stack of one frame: `at Object.<anonymous> (file:///x.ts:1:2)` or `at /x.ts:1:2`. */
export function placeOf(stack: string): Place | undefined {
  const [, location, line, column] = /^\s*at (?:.*\()?(.+?):(\d+):(\d+)\)?$/m.exec(stack) ?? [];
  if (location === undefined) return undefined;
  const file = location.startsWith('file:') ? fileURLToPath(location) : location;
  return { file, line: Number(line), column: Number(column) };
}
