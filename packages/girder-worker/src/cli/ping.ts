import { Command } from 'commander';
import { connectRemote, print, queueOption, type RemoteOptions } from './remote.ts';

export function pingCommand(): Command {
  return new Command('ping')
    .description('Ask whether queue and table can be reached, and say what is wrong if not.')
    .option(...queueOption)
    .addHelpText('after', '\nExample:\n  $ girder-worker ping\n  pong')
    .action(async (options: RemoteOptions) => {
      const { createRemoteControl } = await import('../client/inspect.ts');
      print(await createRemoteControl(() => connectRemote(options)).ping());
    });
}
