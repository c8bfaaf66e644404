import { waitFor } from '../../support/waitFor.ts';
import { ask } from './askFlower.ts';
import type { Side } from './flowerSides.ts';

/** A task that both sides run. */
interface ComparedTask {
  readonly label: string;
  readonly name: string;
  readonly body: { readonly args?: readonly unknown[]; readonly kwargs?: object; readonly countdown?: number };
  /** The state in which Flower shows it in the end. */
  readonly ends: string;
  readonly isRevoked?: boolean;
}

const comparedTasks: readonly ComparedTask[] = [
  { label: 'success', name: 'add', body: { args: [1, 2] }, ends: 'SUCCESS' },
  { label: 'keyword arguments', name: 'keywords', body: { kwargs: { a: 1, b: 'x' } }, ends: 'SUCCESS' },
  { label: 'failure', name: 'raises', body: { args: ['boom'] }, ends: 'FAILURE' },
  { label: 'retry', name: 'work.retried', body: { args: [1, 0] }, ends: 'SUCCESS' },
  { label: 'late retry', name: 'work.retried', body: { args: [1, 1] }, ends: 'SUCCESS' },
  { label: 'ignored', name: 'work.ignores', body: {}, ends: 'STARTED' },
  { label: 'rejected', name: 'work.rejects', body: {}, ends: 'FAILURE' },
  { label: 'revoked', name: 'mul', body: { args: [1, 2], countdown: 3 }, ends: 'REVOKED', isRevoked: true },
  { label: 'parent', name: 'canvas.spawns', body: { args: [1] }, ends: 'SUCCESS' },
  { label: 'last of a chain', name: 'canvas.replaced_by_chain', body: { args: [1, 2] }, ends: 'SUCCESS' },
];

/** The tasks of a side: labels by ids, those of tasks that the tasks have sent included. */
export type Labels = ReadonlyMap<string, string>;

type Info = Readonly<Record<string, unknown>>;

/** Runs the tasks one after the other, through the API, so that both sides receive them in the same order. Resolves when the API shows how they ended. */
export async function runComparedTasks(side: Side): Promise<Labels> {
  const labels = new Map<string, string>();
  for (const { label, name, body, ends, isRevoked } of comparedTasks) {
    const sent = await ask(side, `POST /task/async-apply/labtasks.${name}`, body);
    const id = String((sent.body as Info)['task-id']);
    labels.set(id, label);
    if (isRevoked) {
      await infoWith(side, id, ({ received }) => received !== null);
      await ask(side, `POST /task/revoke/${id}`);
    }
    const info = await infoWith(side, id, ({ state }) => state === ends);
    if (label === 'parent') {
      const [child] = (await infoWith(side, id, ({ children }) => (children as unknown[]).length > 0))
        .children as string[];
      await infoWith(side, child!, ({ state }) => state === 'SUCCESS');
      labels.set(child!, 'child');
    }
    if (label === 'last of a chain') labels.set(String(info.parent_id), 'first of a chain');
  }
  return labels;
}

/** Resolves to what the list of tasks tells of a task when that is as expected. */
function infoWith(side: Side, id: string, isExpected: (info: Info) => boolean): Promise<Info> {
  let last: unknown;
  return waitFor(
    async () => {
      const info = ((await ask(side, 'GET /tasks')).body as Readonly<Record<string, Info>>)[id];
      last = info;
      return info !== undefined && isExpected(info) ? info : undefined;
    },
    () => `${side.url} tells of ${id}: ${JSON.stringify(last)}\n${side.log()}`,
    { timeoutMs: 40_000 },
  );
}
