import { Argument, Command, InvalidArgumentError } from 'commander';
import type { Inspect, TaskInfo } from '../task/remoteControl.ts';
import {
  type ConnectOptions,
  connectFromCli,
  count,
  jsonOption,
  print,
  printColumns,
  printJson,
  queueOption,
} from './connect.ts';

const subjects = ['active', 'registered', 'revoked', 'scheduled', 'stats', 'conf', 'query_task'] as const;
type Subject = (typeof subjects)[number];

export function inspectCommand(): Command {
  return new Command('inspect')
    .description('Look at what runs, waits, was revoked or is deployed. No worker has to be alive.')
    .addArgument(new Argument('<what>', 'what to look at').choices(subjects))
    .argument('[ids...]', 'ids of tasks, for query_task')
    .option(...queueOption)
    .option('--root <folder>', 'folder of the deployment, for registered and conf', '.')
    .option(...jsonOption)
    .addHelpText('after', help)
    .action(async (what: Subject, ids: string[], { root = '.', ...options }: ConnectOptions) => {
      if ((what === 'query_task') !== ids.length > 0) {
        throw new InvalidArgumentError('Give the ids of the tasks to query_task, and to no other.');
      }
      const { createInspect: createInspection } = await import('../control/inspect.ts');
      const needsRegistry = what === 'registered' || what === 'conf';
      const parts = await connectFromCli({ ...options, ...(needsRegistry && { root }) });
      await shown[what](createInspection(parts), { ids, json: options.json === true });
    });
}

const help = `
  active            tasks that are being run, and since when
  registered        tasks that are deployed, from the registry in --root
  revoked           ids of tasks that were revoked or have expired
  scheduled         tasks that wait for their retry (those that wait for their eta are in the queue: see stats)
  stats             the messages of the queue, and its dead letters
  conf              the settings that the plugins have changed
  query_task ID...  what is known of these tasks

active, revoked and scheduled read the whole table: half a read unit for each 4 KB of it.

Examples:
  $ girder-worker inspect active
  $ girder-worker inspect query_task 3ef02b02-a3c9-44cf-bf80-f86458d1cdbf --json`;

interface Wish {
  readonly ids: readonly string[];
  readonly json: boolean;
}

const shown: Readonly<Record<Subject, (inspection: Inspect, wish: Wish) => Promise<void>>> = {
  async active(inspection, { json }) {
    const tasks = await inspection.active();
    if (json) return printJson(tasks);
    printColumns(tasks.map(cells));
    print(tasks.length === 0 ? 'No task is being run.' : `${count(tasks.length, 'task')} being run.`);
  },
  async scheduled(inspection, { json }) {
    const tasks = await inspection.scheduled();
    if (json) return printJson(tasks);
    printColumns(tasks.map(({ eta, request }) => [...cells(request), `due ${eta ?? 'some time'}`]));
    print(tasks.length === 0 ? 'No task waits for a retry.' : `${count(tasks.length, 'task')} waiting for a retry.`);
  },
  async revoked(inspection, { json }) {
    const ids = await inspection.revoked();
    if (json) return printJson(ids);
    for (const id of ids) print(id);
    print(ids.length === 0 ? 'No task is revoked.' : `${count(ids.length, 'task')} revoked.`);
  },
  async registered(inspection, { json }) {
    const names = await inspection.registered();
    if (json) return printJson(names);
    for (const name of names) print(name);
    print(`${count(names.length, 'task')} registered.`);
  },
  async query_task(inspection, { ids, json }) {
    const found = await inspection.queryTask(...ids);
    if (json) return printJson(found);
    printColumns([...found.values()].map(([phase, task]) => [phase, ...cells(task)]));
    for (const id of ids) if (!found.has(id)) print(`${id}  nobody knows it: it was not begun yet, or is forgotten`);
  },
  async stats(inspection) {
    printJson(await inspection.stats());
  },
  async conf(inspection) {
    printJson(await inspection.conf());
  },
};

function cells({ id, name, state, timeStart, hostname, workerPid }: TaskInfo): string[] {
  const since = timeStart === null ? '' : `since ${new Date(timeStart * 1000).toISOString()}`;
  return [id, name ?? '', state, since, hostname === null ? '' : `on ${hostname}, process ${workerPid}`];
}
