import { Command } from 'commander';
import { app } from '../../app.ts';
import { idList } from '../shared/arguments.ts';
import { connectFromCli } from '../shared/connect.ts';
import { print } from '../shared/output.ts';

export function revokeCommand(): Command {
  return new Command('revoke')
    .description('Revoke tasks: waiting ones never run, and running ones see `this.canceled`.')
    .argument('<id...>', 'ids of the tasks', idList)
    .option('--terminate', 'also end the threads that run them, whether or not the tasks check `this.canceled`', false)
    .addHelpText('after', help)
    .action(async (ids: readonly string[], { terminate }: { terminate: boolean }) => {
      const { revokeTasks } = await import('../../control/revocation.ts');
      const deps = await connectFromCli({});
      for (const id of new Set(ids)) {
        const before = await app.AsyncResult(id).state();
        const answer = (await revokeTasks(deps, [id], terminate)).get(id)!;
        print(`${id}: ${await app.AsyncResult(id).state()} (${effectOf(answer, before, terminate)})`);
      }
    });
}

/** What the revocation of a task did; `before` is its state before it. */
function effectOf(answer: 'revoked' | 'flagged' | 'final', before: string, terminate: boolean): string {
  if (answer === 'flagged') {
    const effect = terminate ? 'its thread is ended' : 'this.canceled becomes true in it';
    return `the task is running: ${effect}`;
  }
  if (before === 'REVOKED') return 'the task was already revoked';
  if (answer === 'final') return 'the task has already ended: nothing was changed';
  if (before === 'RETRY') return 'the task waits for a retry, which will not run';
  return 'no worker has started a task with this id: it will not run when its message arrives';
}

const help = `
The revocation is stored in the result table, so no worker has to be running. The command prints the state of each task,
and what the revocation did. An id that no worker knows is revoked, too: a task that is sent with it later does not run.

Examples:
  $ girder-worker revoke 3ef02b02-a3c9-44cf-bf80-f86458d1cdbf
  3ef02b02-a3c9-44cf-bf80-f86458d1cdbf: REVOKED (no worker has started a task with this id: it will not run when its message arrives)

  $ girder-worker revoke --terminate 3ef02b02-a3c9-44cf-bf80-f86458d1cdbf d9078da5-9915-40a0-bfa1-392c7bde42ed`;
