import { Command } from 'commander';
import { type ConnectOptions, connectFromCli, queueOption } from '../shared/connect.ts';
import { print } from '../shared/output.ts';

export function pingCommand(): Command {
  return new Command('ping')
    .description('Check that the queue and the result table can be reached.')
    .option(...queueOption)
    .addHelpText('after', help)
    .action(async (options: ConnectOptions) => {
      const { createRemoteControl } = await import('../../client/remoteControl.ts');
      print(await createRemoteControl(() => connectFromCli(options)).ping());
    });
}

const help = `
If one of them cannot be reached, the command prints the reason and exits with code 1. It does not contact workers.

Examples:
  $ girder-worker ping
  pong

  $ girder-worker ping --queue long-tasks`;
