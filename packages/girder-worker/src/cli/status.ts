import { Command } from 'commander';
import type { QueueCounts, QueueStats } from '../task/remoteControl.ts';
import { type ConnectOptions, connectFromCli, jsonOption, printColumns, printJson, queueOption } from './connect.ts';

export function statusCommand(): Command {
  return new Command('status')
    .description('Show how much waits, runs and has failed: the queue, its dead letters, the tasks.')
    .option(...queueOption)
    .option(...jsonOption)
    .addHelpText('after', help)
    .action(async (options: ConnectOptions) => {
      const { createInspect: createInspection } = await import('../control/inspect.ts');
      const inspection = createInspection(await connectFromCli(options));
      const [{ queues }, tasks] = await Promise.all([inspection.stats(), inspection.active()]);
      if (options.json) return printJson({ queues, active: tasks.length });
      printColumns([
        ...queues.flatMap(rows),
        ['running tasks', `${tasks.length}`, hint(tasks.length, 'inspect active')],
      ]);
    });
}

const help = `
The numbers of messages are SQS's approximations. Messages in flight were delivered to the function, or are hidden from it
for a while, as after a fault; delayed ones wait for their eta or retry.

Example:
  $ girder-worker status
  queue celery                12 ready, 3 in flight, 0 delayed
  dead letters of celery      1                                 girder-worker dlq list
  running tasks               3                                 girder-worker inspect active`;

function rows({ deadLetters, ...queue }: QueueStats): string[][] {
  const row = [`queue ${queue.name}`, countsOf(queue), ''];
  if (!deadLetters) return [row];
  const number = deadLetters.ready + deadLetters.inFlight;
  return [row, [`dead letters of ${queue.name}`, `${number}`, hint(number, 'dlq list')]];
}

function countsOf({ ready, inFlight, delayed }: QueueCounts): string {
  return `${ready} ready, ${inFlight} in flight, ${delayed} delayed`;
}

function hint(number: number, command: string): string {
  return number === 0 ? '' : `girder-worker ${command}`;
}
