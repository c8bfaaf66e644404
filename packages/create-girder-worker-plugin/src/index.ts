/** The command that creates the package of a new plugin; the CLI of girder-worker has it, too. */
export { createCommand } from './createCommand.ts';
