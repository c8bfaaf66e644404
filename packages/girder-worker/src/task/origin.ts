import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { definitionOf, type TaskDefinition } from './definition.ts';
import { taskName } from './name.ts';

const boundNames = new WeakMap<object, string>();
const foundNames = new WeakMap<object, string>();

/** Binds the tasks among the exports of a module to their names. Bundles call it: in a bundle the module file is unknown. */
export function bindTaskNames(specifier: string, exports: Readonly<Record<string, unknown>>): void {
  for (const value of Object.values(exports)) {
    const definition = definitionOf(value);
    if (definition && !boundNames.has(value as object)) {
      boundNames.set(
        value as object,
        taskName(specifier, exportNameIn(exports, value, definition) ?? definition.fn.name),
      );
    }
  }
}

/**
 * The registered name of a task: the option `name`; else the name that a bundle has bound; else the name derived from the
 * module in which it is defined, under the specifier by which its package exports that module.
 *
 * Throws an Error if no package exports the module, or if an anonymous function is used before its module has loaded.
 */
export function publicNameOf(task: object, definition: TaskDefinition): string {
  const known = definition.options.name ?? boundNames.get(task) ?? foundNames.get(task);
  if (known !== undefined) return known;
  const found = findName(task, definition);
  foundNames.set(task, found);
  return found;
}

function findName(task: object, definition: TaskDefinition): string {
  const { fn, definedAt } = definition;
  const file = fileOf(definedAt.stack ?? '');
  const specifier = file && specifierOf(file);
  if (!specifier) {
    throw new Error(
      `The name of the task "${fn.name || 'anonymous'}" cannot be derived: no package exports its module${file ? ` ${file}` : ''}. Add the module to "exports" in package.json, or set a name: app.task({ name: 'my.task' }, …).`,
    );
  }
  const exportName = exportNameOf(task, definition, file) ?? fn.name;
  if (!exportName) {
    throw new Error(
      `The name of a task in ${specifier} cannot be derived: its function is anonymous and the module is still loading. Name the function, or set a name: app.task({ name: 'my.task' }, …).`,
    );
  }
  return taskName(specifier, exportName);
}

/** The file in a stack of one frame: `at Object.<anonymous> (file:///x.ts:1:2)` or `at /x.ts:1:2`. */
function fileOf(stack: string): string | undefined {
  const location = /^\s*at (?:.*\()?(.+?):\d+:\d+\)?$/m.exec(stack)?.[1];
  if (location === undefined) return undefined;
  return location.startsWith('file:') ? fileURLToPath(location) : location;
}

/** The import specifier of a file: the name of its package and the key of `exports`; undefined if it is not exported. */
function specifierOf(file: string): string | undefined {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (!existsSync(manifest)) continue;
    const { name, exports } = JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string; exports?: unknown };
    if (name === undefined) continue;
    const path = `./${relative(folder, file).split(sep).join('/')}`;
    const subpath = exports === undefined ? path.replace(/(\/index)?\.[cm]?[jt]s$/, '') : subpathOf(path, exports);
    return subpath && name + subpath.slice(1);
  }
  return undefined;
}

/** The key of `exports` that has this file as a target, under any condition. */
function subpathOf(path: string, exports: unknown): string | undefined {
  if (typeof exports !== 'object' || exports === null) return matchTarget(path, '.', exports);
  const entries = Object.entries(exports);
  if (!entries.some(([key]) => key.startsWith('.'))) return matchTarget(path, '.', exports);
  for (const [key, target] of entries) {
    const subpath = matchTarget(path, key, target);
    if (subpath !== undefined) return subpath;
  }
  return undefined;
}

function matchTarget(path: string, key: string, target: unknown): string | undefined {
  if (typeof target === 'string') {
    const [head = '', tail] = target.split('*');
    if (tail === undefined) return target === path ? key : undefined;
    const matches = path.length >= head.length + tail.length && path.startsWith(head) && path.endsWith(tail);
    return matches ? key.replace('*', path.slice(head.length, path.length - tail.length)) : undefined;
  }
  if (typeof target !== 'object' || target === null) return undefined;
  for (const inner of Object.values(target)) {
    const subpath = matchTarget(path, key, inner);
    if (subpath !== undefined) return subpath;
  }
  return undefined;
}

/** The name under which a loaded module exports the task; undefined while the module is still loading. */
function exportNameOf(task: object, definition: TaskDefinition, file: string): string | undefined {
  try {
    return exportNameIn(createRequire(import.meta.url)(file) as Record<string, unknown>, task, definition);
  } catch {
    return undefined; // Node cannot require a module that is still being evaluated, or that has a top-level await.
  }
}

/** The export name of a task. Of several names, the function's own name wins, and `default` comes last. */
function exportNameIn(
  exports: Readonly<Record<string, unknown>>,
  task: unknown,
  { fn }: TaskDefinition,
): string | undefined {
  const names = Object.keys(exports).filter((name) => exports[name] === task);
  return names.find((name) => name === fn.name) ?? names.find((name) => name !== 'default') ?? names[0];
}
