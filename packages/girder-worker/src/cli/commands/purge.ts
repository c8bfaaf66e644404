import { Command } from 'commander';
import { loadConnections } from '../../connections/connections.ts';
import { type ConnectOptions, connectFromCli, firstQueue, queueOption } from '../shared/connect.ts';
import { count, print } from '../shared/output.ts';

export function purgeCommand(): Command {
  return new Command('purge')
    .description('Delete all messages of the queue: its waiting tasks never run.')
    .option(...queueOption)
    .option('--force', 'delete the messages; without it, the command only prints their number and fails')
    .addHelpText('after', help)
    .action(async ({ force, ...options }: ConnectOptions & { readonly force?: true }, command: Command) => {
      const { connectQueueAdmin } = await import('../../transport/sqs/sqsQueueAdmin.ts');
      const queues = connectQueueAdmin(loadConnections(process.env).broker);
      const queue = firstQueue(await connectFromCli(options));
      if (force) return print(`${queue}: deleted about ${count(await queues.purge(queue), 'message')}.`);
      const { ready, inFlight, delayed } = await queues.status(queue);
      command.error(
        `${queue} holds about ${count(ready + inFlight + delayed, 'message')}. Nothing was deleted: add --force to delete all of them.`,
      );
    });
}

const help = `
Running tasks continue, stored results are kept, and dead letters stay (see girder-worker dlq purge). Clients keep waiting
for the results of deleted tasks: revoke the tasks instead to notify them. SQS may deliver messages for up to a minute
after the purge, and allows one purge per minute. The numbers of messages are approximations.

Examples:
  $ girder-worker purge
  celery holds about 12 messages. Nothing was deleted: add --force to delete all of them.

  $ girder-worker purge --force
  celery: deleted about 12 messages.`;
