import type { TaskEntry } from './taskEntry.ts';

/** Which tasks belong to one canvas. */
export interface Relatives {
  add(entry: TaskEntry): void;
  remove(entry: TaskEntry): void;
  /** The ids of the tasks that are related to one, directly or by others, itself included; of tasks that were not added, too. */
  of(id: string): readonly string[];
}

/** The most relatives that are looked for. */
const maxRelatives = 10_000;

/** Two tasks are related if they name the same id: that of their root, of their group, or of a task that follows. */
export function createRelatives(): Relatives {
  const tasksOfName = new Map<string, Set<string>>();
  const namesOfTask = new Map<string, readonly string[]>();

  const remove = ({ row: { id } }: TaskEntry): void => {
    for (const name of namesOfTask.get(id) ?? []) {
      const tasks = tasksOfName.get(name);
      tasks?.delete(id);
      if (tasks?.size === 0) tasksOfName.delete(name);
    }
    namesOfTask.delete(id);
  };

  return {
    add(entry) {
      remove(entry);
      const { id } = entry.row;
      const names = namesOf(entry);
      namesOfTask.set(id, names);
      for (const name of names) {
        const tasks = tasksOfName.get(name);
        if (tasks) tasks.add(id);
        else tasksOfName.set(name, new Set([id]));
      }
    },

    remove,

    of(id) {
      const found = new Set([id]);
      // A Set is iterated in the order of insertion, and what is added meanwhile is iterated, too.
      for (const one of found) {
        if (found.size >= maxRelatives) break;
        for (const name of namesOfTask.get(one) ?? [one])
          for (const relative of tasksOfName.get(name) ?? []) found.add(relative);
      }
      return [...found];
    },
  };
}

function namesOf({ row, group, follows }: TaskEntry): readonly string[] {
  const ids = [row.id, row.rootId, row.parentId, group, ...follows.map(({ id }) => id)];
  return [...new Set(ids.filter((id) => id !== null))];
}
