import type { ResultTuple } from '../../store/resultStore.ts';

/** The ids of all tasks in a result, in order. For the header of a chord these are the members that the chord counts. */
export function taskIdsOf([[id], members]: ResultTuple): readonly string[] {
  return members === null ? [id] : members.flatMap(taskIdsOf);
}

/** The value of a result: for a task what `read` returns, for a group the list of its members' values. */
export function valuesOf([[id], members]: ResultTuple, read: (id: string) => unknown): unknown {
  return members === null ? read(id) : members.map((member) => valuesOf(member, read));
}
