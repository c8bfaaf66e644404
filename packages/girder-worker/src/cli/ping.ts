import { Command } from 'commander';
import { type ConnectOptions, connectFromCli, print, queueOption } from './connect.ts';

export function pingCommand(): Command {
  return new Command('ping')
    .description('Ask whether queue and table can be reached, and say what is wrong if not.')
    .option(...queueOption)
    .addHelpText('after', '\nExample:\n  $ girder-worker ping\n  pong')
    .action(async (options: ConnectOptions) => {
      const { createRemoteControl } = await import('../client/remoteControl.ts');
      print(await createRemoteControl(() => connectFromCli(options)).ping());
    });
}
