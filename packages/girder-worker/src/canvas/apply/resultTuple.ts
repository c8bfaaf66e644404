import type { ResultTuple } from '../../store/resultStore.ts';

/** The ids of all tasks in a result, in its order; those of a chord's header are what the chord counts. */
export function leavesOf([[id], members]: ResultTuple): readonly string[] {
  return members === null ? [id] : members.flatMap(leavesOf);
}

/** The value of a result: of a group the list of its members' values, of a task what `read` gives. */
export function valuesOf([[id], members]: ResultTuple, read: (id: string) => unknown): unknown {
  return members === null ? read(id) : members.map((member) => valuesOf(member, read));
}
