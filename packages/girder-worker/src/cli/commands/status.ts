import { Command } from 'commander';
import type { QueueCounts, QueueStats } from '../../task/client/remoteControl.ts';
import { type ConnectOptions, connectFromCli, jsonOption, queueOption } from '../shared/connect.ts';
import { printColumns, printJson } from '../shared/output.ts';

export function statusCommand(): Command {
  return new Command('status')
    .description('Show the numbers of waiting messages, running tasks and dead letters.')
    .option(...queueOption)
    .option(...jsonOption)
    .addHelpText('after', help)
    .action(async (options: ConnectOptions) => {
      const { createInspect } = await import('../../control/inspect.ts');
      const inspect = createInspect(await connectFromCli(options));
      const [{ queues }, tasks] = await Promise.all([inspect.stats(), inspect.active()]);
      if (options.json) return printJson({ queues, active: tasks.length });
      printColumns([
        ...queues.flatMap(rows),
        ['running tasks', `${tasks.length}`, nextCommand(tasks.length, 'inspect active')],
      ]);
    });
}

const help = `
Ready messages wait in the queue. Messages in flight were delivered and are not acknowledged yet, or are hidden until
their next delivery after a fault. Delayed messages wait for their eta or retry. All three numbers are approximations of
SQS. To count the running tasks, the command reads the whole result table, which costs half a read unit per 4 KB.

Examples:
  $ girder-worker status
  queue celery                12 ready, 3 in flight, 0 delayed
  dead letters of celery      1                                 girder-worker dlq list
  running tasks               3                                 girder-worker inspect active

  $ girder-worker status --queue long-tasks --json`;

function rows({ deadLetters, ...queue }: QueueStats): string[][] {
  const row = [`queue ${queue.name}`, countsOf(queue), ''];
  if (!deadLetters) return [row];
  const number = deadLetters.ready + deadLetters.inFlight;
  return [row, [`dead letters of ${queue.name}`, `${number}`, nextCommand(number, 'dlq list')]];
}

function countsOf({ ready, inFlight, delayed }: QueueCounts): string {
  return `${ready} ready, ${inFlight} in flight, ${delayed} delayed`;
}

/** The command that lists what was counted; empty if there is nothing to list. */
function nextCommand(number: number, command: string): string {
  return number === 0 ? '' : `girder-worker ${command}`;
}
