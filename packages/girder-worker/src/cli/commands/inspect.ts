import { Argument, Command, InvalidArgumentError } from 'commander';
import type { Inspect, TaskInfo } from '../../task/client/remoteControl.ts';
import { idList } from '../shared/arguments.ts';
import { type ConnectOptions, connectFromCli, jsonOption, queueOption } from '../shared/connect.ts';
import { count, print, printColumns, printJson } from '../shared/output.ts';

const subjects = ['active', 'registered', 'revoked', 'scheduled', 'stats', 'conf', 'query_task'] as const;
type Subject = (typeof subjects)[number];

export function inspectCommand(): Command {
  return new Command('inspect')
    .description('Show running, waiting, revoked or deployed tasks, or the queue.')
    .addArgument(new Argument('<what>', 'what to show').choices(subjects))
    .argument('[ids...]', 'ids of tasks, only for query_task', idList, [])
    .option(...queueOption)
    .option('--root <folder>', 'folder of the deployment, for registered and conf', '.')
    .option(...jsonOption)
    .addHelpText('after', help)
    .action(async (what: Subject, ids: string[], { root = '.', ...options }: ConnectOptions) => {
      if ((what === 'query_task') !== ids.length > 0) {
        throw new InvalidArgumentError('Give the ids of the tasks to query_task, and only to query_task.');
      }
      const { createInspect } = await import('../../control/inspect.ts');
      const needsRegistry = what === 'registered' || what === 'conf';
      const deps = await connectFromCli({ ...options, ...(needsRegistry && { root }) });
      await reports[what](createInspect(deps), { ids, json: options.json === true });
    });
}

const help = `
  active            running tasks, their start and their worker
  scheduled         tasks that wait for a retry (tasks that wait for their eta are messages in the queue: see stats)
  revoked           ids of tasks that were revoked or have expired
  registered        names of the deployed tasks, from the registry below --root
  stats             numbers of messages in the queue and in its dead-letter queue, as JSON
  conf              settings that the plugins have changed, as JSON
  query_task ID...  state of these tasks

The result table and the queue are read directly, so no worker has to be running. active, scheduled and revoked read the
whole table, which costs half a read unit per 4 KB.

Examples:
  $ girder-worker inspect active
  $ girder-worker inspect query_task 3ef02b02-a3c9-44cf-bf80-f86458d1cdbf --json`;

interface ReportOptions {
  /** For query_task. */
  readonly ids: readonly string[];
  readonly json: boolean;
}

const reports: Readonly<Record<Subject, (inspect: Inspect, options: ReportOptions) => Promise<void>>> = {
  async active(inspect, { json }) {
    const tasks = await inspect.active();
    if (json) return printJson(tasks);
    printColumns(tasks.map(cells));
    print(tasks.length === 0 ? 'No task is running.' : `${count(tasks.length, 'task')} running.`);
  },
  async scheduled(inspect, { json }) {
    const tasks = await inspect.scheduled();
    if (json) return printJson(tasks);
    printColumns(tasks.map(({ eta, request }) => [...cells(request), `due ${eta ?? '(unknown)'}`]));
    print(tasks.length === 0 ? 'No task waits for a retry.' : `${count(tasks.length, 'task')} waiting for a retry.`);
  },
  async revoked(inspect, { json }) {
    const ids = await inspect.revoked();
    if (json) return printJson(ids);
    for (const id of ids) print(id);
    print(ids.length === 0 ? 'No task is revoked.' : `${count(ids.length, 'task')} revoked.`);
  },
  async registered(inspect, { json }) {
    const names = await inspect.registered();
    if (json) return printJson(names);
    for (const name of names) print(name);
    print(`${count(names.length, 'task')} registered.`);
  },
  async query_task(inspect, { ids, json }) {
    const found = await inspect.queryTask(...ids);
    if (json) return printJson(found);
    printColumns([...found.values()].map(([phase, task]) => [phase, ...cells(task)]));
    for (const id of ids)
      if (!found.has(id)) print(`${id}  unknown: the task has not started yet, or its result has expired`);
  },
  async stats(inspect) {
    printJson(await inspect.stats());
  },
  async conf(inspect) {
    printJson(await inspect.conf());
  },
};

function cells({ id, name, state, timeStart, hostname, workerPid }: TaskInfo): string[] {
  const since = timeStart === null ? '' : `since ${new Date(timeStart * 1000).toISOString()}`;
  // Celery's state of a running task is PENDING, unless it tracks its start.
  const shownState = state === 'PENDING' && timeStart !== null ? 'running' : state;
  return [id, name ?? '', shownState, since, hostname === null ? '' : `on ${hostname}, process ${workerPid}`];
}
