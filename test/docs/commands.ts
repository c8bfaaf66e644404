import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, CommanderError } from 'commander';
import { createCommand } from '../../packages/create-girder-worker-plugin/src/createCommand.ts';
import { createProgram } from '../../packages/girder-worker/src/cli/program.ts';
import { root } from './snippets.ts';

/** Commands of other programs, whose options are theirs. */
const others =
  /^(?:cd \S+|export( [A-Z_]+=\S+)+|npm (?:ci|install|start|test|pack)(?: .*)?|npx (?:serverless (?:deploy|package|remove)|vitest)(?: .*)?|pip install .*|bash \.ci\/run)$/;

/** Returns the commands of a console session (lines that begin with `$ `) or of a shell script, without comments. */
export function commandsIn(language: string, code: string): string[] {
  const lines = code.split('\n');
  const entered =
    language === 'console' ? lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2)) : lines;
  return entered
    .map((line) => line.replace(/(?:^|\s)#.*$/, '').trim())
    .flatMap((line) => line.split(/\s*&&\s*/))
    .filter((line) => line !== '');
}

/** Returns what is wrong with a command: its program, its name, an option or an argument; undefined if it can be run. */
export async function commandFault(command: string): Promise<string | undefined> {
  const words = (command.match(/'[^']*'|"[^"]*"|\S+/g) ?? []).map((word) => word.replace(/^(['"])(.*)\1$/, '$2'));
  const [first, second, third, ...rest] = words;
  if (first === 'npx' && second === 'girder-worker') return faultOf(await createProgram(), [third, ...rest]);
  if (first === 'npm' && second === 'create' && third === 'girder-worker-plugin') {
    return faultOf(
      createCommand(),
      rest.filter((word) => word !== '--'),
    );
  }
  if (first === 'npm' && second === 'run') {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const script = scripts[third ?? ''];
    if (script === undefined) return `package.json has no script "${third}"`;
    const [, name] = /cli\/main\.ts (\S+)/.exec(script) ?? [];
    if (name === undefined || rest.length === 0) return undefined;
    return faultOf(await createProgram(), [name, ...rest.filter((word) => word !== '--')]);
  }
  return others.test(command) ? undefined : 'this suite does not know the command (test/docs/commands.ts)';
}

/** Parses the arguments with Commander's definitions, without running the command. */
async function faultOf(program: Command, words: readonly (string | undefined)[]): Promise<string | undefined> {
  const args = words.filter((word) => word !== undefined);
  disarm(program);
  const isWorker = args.length === 0 || (args[0]!.startsWith('-') && args[0] !== '--help');
  const isProgram = program.name() === 'girder-worker';
  try {
    await program.parseAsync(isProgram && isWorker ? ['worker', ...args] : args, { from: 'user' });
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // `girder-worker call` alone names the command.
    const isNamed = error.code === 'commander.missingArgument' && isProgram && args.length === 1;
    return isNamed || error.code === 'commander.helpDisplayed' ? undefined : error.message;
  }
}

function disarm(command: Command): void {
  command.exitOverride().configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  if (command.commands.length === 0) command.action(() => undefined);
  for (const inner of command.commands) disarm(inner);
}
