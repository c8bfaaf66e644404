import { Command } from 'commander';
import { app } from '../app.ts';

export function revokeCommand(): Command {
  return new Command('revoke')
    .description('Make tasks not run, or `this.canceled` true in those that do.')
    .argument('<id...>', 'ids of the tasks')
    .option('--terminate', 'end the threads of those that run, whether or not they look at `this.canceled`', false)
    .addHelpText('after', '\nExample:\n  $ girder-worker revoke 3ef02b02-a3c9-44cf-bf80-f86458d1cdbf')
    .action(async (ids: string[], { terminate }: { terminate: boolean }) => {
      await app.control.revoke(ids, { terminate });
      for (const id of ids) process.stdout.write(`${id}: ${await app.AsyncResult(id).state()}\n`);
    });
}
