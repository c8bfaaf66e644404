import { resolve } from 'node:path';
import { Command } from 'commander';
import { count, displayPath, type Output, version } from 'girder-worker/internal/cli';
import type { PluginAnswers } from './answers/answers.ts';
import type { Terminal } from './askAnswers.ts';
import type { CreatedPlugin } from './createPlugin.ts';

interface CreateOptions {
  readonly name?: string;
  readonly description?: string;
  readonly author?: string;
  readonly license?: string;
  readonly class?: string;
  readonly task?: string;
  readonly yes?: true;
  readonly force?: true;
}

export interface CreateCommandOptions {
  /** The name of the command. @default 'create' */
  readonly name?: string;
  /** What a user types to run it, for the examples of its help. @default 'girder-worker create' */
  readonly invocation?: string;
  /** Where questions are asked; undefined for nowhere. @default the terminal of this process, if it has one */
  readonly terminal?: Terminal | undefined;
}

/**
 * Returns the command that creates a plugin package. `npm create girder-worker-plugin` runs it, and
 * `girder-worker create`.
 */
export function createCommand({
  name = 'create',
  invocation = 'girder-worker create',
  terminal = terminalOfProcess(),
}: CreateCommandOptions = {}): Command {
  return new Command(name)
    .description('Create the package of a new plugin: plugin class, tasks, tests and README.')
    .argument('[folder]', 'folder to create; by default, the name of the package without its scope')
    .option('--name <name>', 'name of the npm package (default: from the folder)')
    .option('--description <text>', 'description in package.json and README (default: "Tasks for Girder Worker.")')
    .option('--author <text>', 'author in package.json (default: none)')
    .option('--license <id>', 'SPDX identifier of the license, or UNLICENSED (default: Apache-2.0)')
    .option('--class <name>', 'name of the plugin class (default: from the name, such as MyPlugin)')
    .option('--task <name>', 'name of the cancelable example task (default: count)')
    .option('-y, --yes', 'ask nothing, and take the defaults')
    .option('--force', 'write into a folder that is not empty; files of the same name are replaced')
    .addHelpText('after', helpOf(invocation))
    .action(async (folder: string | undefined, options: CreateOptions, command: Command) => {
      const { createPlugin, ScaffoldError } = await import('./createPlugin.ts'); // No other command needs it.
      const output = command.configureOutput() as Output;
      try {
        const created = await createPlugin({
          folder,
          given: givenAnswers(options),
          terminal: options.yes ? undefined : terminal,
          force: options.force === true,
          libraryVersion: version,
        });
        if (created) {
          output.writeOut(report(created));
        } else {
          output.writeErr('Cancelled: nothing was created.\n');
          process.exitCode = 130;
        }
      } catch (error) {
        if (!(error instanceof ScaffoldError)) throw error;
        output.writeErr(`${error.message}\n`);
        process.exitCode = 1;
      }
    });
}

function helpOf(invocation: string): string {
  return `
On a terminal, the command asks for what no option gives. The package has two example tasks: add, and one that stops when
it is revoked. Its tests run with npm test, and it is built for npm install into a deployment.

Examples:
  $ ${invocation} my-plugin
  Created my-plugin in my-plugin: 8 files.

  $ ${invocation} my-plugin --yes
  $ ${invocation} plugins/image-tools --name @acme/image-tools --class ImageTools --task resize --author "Ada Lovelace"`;
}

/** Questions need both: an answer must be readable, and the question visible. */
function terminalOfProcess(): Terminal | undefined {
  const { stdin, stdout } = process;
  return stdin.isTTY && stdout.isTTY ? { input: stdin, output: stdout } : undefined;
}

function givenAnswers(options: CreateOptions): Partial<PluginAnswers> {
  const { name, description, author, license, class: className, task: taskName } = options;
  const entries = Object.entries({ name, description, author, license, className, taskName });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function report({ folder, answers, files }: CreatedPlugin): string {
  const path = displayPath(resolve(folder)) || '.';
  return `Created ${answers.name} in ${path}: ${count(files, 'file')}.

Next steps:
${path === '.' ? '' : `  cd ${shellWord(path)}\n`}  npm install
  npm test

To run its tasks, in the folder of a deployment:
  npm install --install-links ${shellWord(resolve(folder))}
  npm run build-registry
`;
}

/** A path as a word of a shell. */
function shellWord(path: string): string {
  return /^[\w./:@~+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
