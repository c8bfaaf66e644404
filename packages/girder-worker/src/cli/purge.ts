import { Command } from 'commander';
import { type ConnectOptions, connectFromCli, count, firstQueue, print, queueOption } from './connect.ts';

export function purgeCommand(): Command {
  return new Command('purge')
    .description('Delete all messages of the queue: tasks that have not been run never will be.')
    .option(...queueOption)
    .option('--force', 'do it; without this, it only tells how many messages there are')
    .addHelpText('after', help)
    .action(async ({ force, ...options }: ConnectOptions & { readonly force?: true }, command: Command) => {
      const { connectQueueAdmin: connectQueueControl } = await import('../transport/sqs/sqsQueueAdmin.ts');
      const queues = connectQueueControl(process.env);
      const queue = firstQueue(await connectFromCli(options));
      if (force) return print(`${queue}: ${count(await queues.purge(queue), 'message')} deleted, about.`);
      const { ready, inFlight, delayed } = await queues.status(queue);
      command.error(
        `${queue} has ${count(ready + inFlight + delayed, 'message')}, about. Nothing was deleted: to delete them all, say --force.`,
      );
    });
}

const help = `
Tasks that are being run go on, and their results are kept. Their clients wait on: revoke tasks to tell them. SQS takes
up to a minute, in which messages may still be delivered, and allows one purge a minute. Dead letters stay: see dlq drop.

Example:
  $ girder-worker purge --force
  celery: 12 messages deleted, about.`;
