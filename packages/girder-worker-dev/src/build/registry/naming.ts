import { taskName } from 'girder-worker/internal/task';
import type { Fault, TaskPlace } from '../plugins/faults.ts';
import type { ExportedTask, PluginInspection } from '../plugins/pluginInspection.ts';

/** A task with the name that it is registered under. */
export interface NamedTask extends ExportedTask {
  readonly name: string;
  /** The inspection in which it was found. */
  readonly foundBy: PluginInspection;
}

/**
 * Determines the one name of each task. As in Python, a task belongs to the module that defines it: a second export of the
 * same task, from another module or under another name, is not a second task.
 *
 * A name that is derived from the module must equal the name that a program sees when it imports the module, because
 * clients send that one. Names must be unique.
 */
export function nameTasks(inspections: readonly PluginInspection[]): {
  tasks: readonly NamedTask[];
  faults: readonly Fault[];
  /** Tasks that a further plugin exports, too. */
  sharedTasks: readonly { readonly name: string; readonly plugin: string; readonly owner: string }[];
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
  const sharedTasks = named.flatMap(({ name, plugin }) => {
    const owner = owners.get(name)?.[0]?.plugin ?? plugin;
    return owner === plugin ? [] : [{ name, plugin, owner }];
  });
  return { tasks: [...owners.values()].flatMap((tasks) => tasks.slice(0, 1)), faults, sharedTasks };
}

/** Returns the distinct tasks by name, without those whose name differs from the one that programs see. */
function ownersOf(named: readonly NamedTask[]): ReadonlyMap<string, readonly NamedTask[]> {
  const owners = new Map<string, NamedTask[]>();
  for (const task of named) {
    if (!('name' in task.seen) || task.seen.name !== task.name) continue;
    const namesakes = owners.get(task.name) ?? [];
    if (!namesakes.some((other) => isSameTask(other, task))) owners.set(task.name, [...namesakes, task]);
  }
  return owners;
}

/**
 * Within one inspection, `identity` tells whether two exports are the same task. Each plugin is inspected in a process of
 * its own, so across plugins it is the call of `app.task` that tells.
 */
function isSameTask(one: NamedTask, other: NamedTask): boolean {
  return one.foundBy === other.foundBy ? one.identity === other.identity : one.definedAt === other.definedAt;
}

/** Returns why a name is not valid. Celery accepts any string; this refuses what would break a log line or an object key. */
function whyInvalid(name: unknown): string | undefined {
  if (typeof name !== 'string') return 'it is not a string';
  if (name === '') return 'it is empty';
  if (/[\s\p{C}]/u.test(name)) return 'it contains white space or a control character';
  if (name.split('.').includes(''))
    return 'one of its parts between dots is empty (list task modules by their package name, not by a relative path)';
  if (name === '__proto__') return 'JavaScript reserves this key';
  return undefined;
}

/** Where a task is exported. */
export function placeOf({ plugin, module, exportName }: ExportedTask): TaskPlace {
  return { plugin, module, exportName };
}
