import { taskName } from '../../task/name.ts';
import type { Fault, TaskPlace } from '../plugins/faults.ts';
import type { ExportedTask, PluginInspection } from '../plugins/pluginInspection.ts';

/** A task and the name it is registered under. */
export interface NamedTask extends ExportedTask {
  readonly name: string;
  /** The inspection that found it. */
  readonly foundBy: PluginInspection;
}

/**
 * Gives each task its one name. A task belongs to the module that defines it, as in Python: where another module, or
 * the same under another name, exports it once more, that is no second task.
 *
 * The name by the module has to be the one that a program sees that imports it, as this is what clients send; no two
 * tasks can have the same.
 */
export function nameTasks(inspections: readonly PluginInspection[]): {
  tasks: readonly NamedTask[];
  faults: readonly Fault[];
} {
  const named: NamedTask[] = [];
  const faults: Fault[] = [];
  const found = inspections.flatMap((foundBy) => foundBy.tasks.map((task) => ({ ...task, foundBy })));
  for (const task of found) {
    const name = task.options.name ?? taskName(task.module, task.exportName);
    const reason = whyInvalid(name);
    if (reason === undefined) named.push({ ...task, name });
    else faults.push({ code: 'TASK_NAME_INVALID', task: String(name), place: placeOf(task), reason });
  }

  const owners = ownersOf(named);
  for (const [task, tasks] of owners) {
    if (tasks.length > 1) faults.push({ code: 'TASK_NAME_TAKEN', task, owners: tasks.map(placeOf) });
  }
  for (const task of named) {
    const namesakes = 'name' in task.seen ? (owners.get(task.seen.name) ?? []) : [];
    if (namesakes.some((owner) => isSameTask(owner, task))) continue;
    faults.push({ code: 'TASK_NAME_DIFFERS', task: task.name, place: placeOf(task), seen: task.seen });
  }
  return { tasks: [...owners.values()].flatMap((tasks) => tasks.slice(0, 1)), faults };
}

/** The tasks of each name, once each: those whose name by their module is the one that programs see. */
function ownersOf(named: readonly NamedTask[]): ReadonlyMap<string, readonly NamedTask[]> {
  const owners = new Map<string, NamedTask[]>();
  for (const task of named) {
    if (!('name' in task.seen) || task.seen.name !== task.name) continue;
    const namesakes = owners.get(task.name) ?? [];
    if (!namesakes.some((other) => isSameTask(other, task))) owners.set(task.name, [...namesakes, task]);
  }
  return owners;
}

/** Within a process it is known whether two exports are one task; across plugins, whether one `app.task` made them. */
function isSameTask(one: NamedTask, other: NamedTask): boolean {
  return one.foundBy === other.foundBy ? one.identity === other.identity : one.definedAt === other.definedAt;
}

/** Celery takes any string; what it, a log line or an object key would trip over is refused. */
function whyInvalid(name: unknown): string | undefined {
  if (typeof name !== 'string') return 'a name is a string';
  if (name === '') return 'it is empty';
  if (/[\s\p{C}]/u.test(name)) return 'there is white space or a control character in it';
  if (name.split('.').includes(''))
    return 'nothing stands between two of its dots, or at an end (list task modules by their package, not by a relative path)';
  if (name === '__proto__') return 'JavaScript keeps this word for itself';
  return undefined;
}

function placeOf({ plugin, module, exportName }: ExportedTask): TaskPlace {
  return { plugin, module, exportName };
}
