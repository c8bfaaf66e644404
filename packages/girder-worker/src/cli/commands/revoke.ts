import { Command } from 'commander';
import { app } from '../../app.ts';
import { print } from '../shared/output.ts';

export function revokeCommand(): Command {
  return new Command('revoke')
    .description('Revoke tasks: waiting ones never run, and running ones see `this.canceled`.')
    .argument('<id...>', 'ids of the tasks')
    .option('--terminate', 'also end the threads that run them, whether or not the tasks check `this.canceled`', false)
    .addHelpText('after', help)
    .action(async (ids: string[], { terminate }: { terminate: boolean }) => {
      await app.control.revoke(ids, { terminate });
      for (const id of ids) print(`${id}: ${await app.AsyncResult(id).state()}`);
    });
}

const help = `
The revocation is stored in the result table, so no worker has to be running. The command prints the state of each task.

Examples:
  $ girder-worker revoke 3ef02b02-a3c9-44cf-bf80-f86458d1cdbf
  3ef02b02-a3c9-44cf-bf80-f86458d1cdbf: REVOKED

  $ girder-worker revoke --terminate 3ef02b02-a3c9-44cf-bf80-f86458d1cdbf d9078da5-9915-40a0-bfa1-392c7bde42ed`;
