import { Command, InvalidArgumentError } from 'commander';
import { loadConnections } from '../../connections/connections.ts';
import { taskNamedIn } from '../../message/decode.ts';
import { nodeSystem } from '../../system/nodeSystem.ts';
import type { DeadLetterAction, DeadLetterCounts, ListedDeadLetter } from '../../transport/queueAdmin.ts';
import { idList, notEmpty, positiveInteger } from '../shared/arguments.ts';
import { type ConnectOptions, connectFromCli, firstQueue, jsonOption, queueOption } from '../shared/connect.ts';
import {
  codeOf,
  type DeadLetterFilter,
  type DeadLetterSummary,
  duration,
  matchesFilter,
  nameGlob,
} from '../shared/deadLetterFilter.ts';
import { count, print, printColumns, printJson, processOutput } from '../shared/output.ts';

interface SelectOptions extends ConnectOptions, DeadLetterFilter {
  readonly limit?: number;
}

interface ActionOptions extends SelectOptions {
  readonly all?: true;
  readonly dryRun?: true;
}

export function dlqCommand(): Command {
  return new Command('dlq')
    .description('List, replay or delete dead letters: messages that could not be processed.')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(replayCommand().alias('redrive'))
    .addCommand(purgeCommand().alias('drop'))
    .addHelpText('after', help);
}

const help = `
A message becomes a dead letter if it cannot be decoded, or if it was delivered too often without being acknowledged.
A dead letter is identified by the id of its message or of its task; dlq list prints both. Reading the dead letters takes
about a second, and more if there are many; meanwhile they are hidden from other readers, for five minutes at most.

Examples:
  $ girder-worker dlq list
  $ girder-worker dlq show 3ef02b02-a3c9-44cf-bf80-f86458d1cdbf
  $ girder-worker dlq replay --task 'images.*' --code DELIVERED_TOO_OFTEN --dry-run`;

/** Adds the options that select dead letters. */
function withFilter(command: Command): Command {
  return command
    .option('--task <pattern>', 'only those of tasks with this name; * stands for any characters', nameGlob)
    .option('--code <code>', 'only those with this code, such as DELIVERED_TOO_OFTEN', notEmpty)
    .option('--reason <text>', 'only those whose reason contains this text', notEmpty)
    .option('--older-than <duration>', 'only those that are older, such as 36h or 2d', duration)
    .option('--newer-than <duration>', 'only those that are newer, such as 15m', duration)
    .option('--limit <number>', 'at most so many', positiveInteger)
    .option(...queueOption);
}

function listCommand(): Command {
  return withFilter(new Command('list').description('List the dead letters with their reasons.'))
    .option(...jsonOption)
    .addHelpText(
      'after',
      '\nExamples:\n  $ girder-worker dlq list --newer-than 1h\n  $ girder-worker dlq list --queue long-tasks --json',
    )
    .action(async (options: SelectOptions) => {
      const { letters } = await processLetters(options, { action: 'keep' });
      if (options.json) return printJson(letters);
      printColumns(letters.map(summary));
      print(
        letters.length === 0
          ? `There are no ${isSelective(options) ? 'such ' : ''}dead letters.`
          : `${count(letters.length, 'dead letter')}.`,
      );
    });
}

function showCommand(): Command {
  return new Command('show')
    .description('Print a dead letter as JSON: its reason, its task and its body.')
    .argument('<id>', 'id of the message or of the task', notEmpty)
    .option(...queueOption)
    .addHelpText(
      'after',
      '\nExamples:\n  $ girder-worker dlq show 3ef02b02-a3c9-44cf-bf80-f86458d1cdbf\n  $ girder-worker dlq show 3ef02b02-a3c9-44cf-bf80-f86458d1cdbf --queue long-tasks',
    )
    .action(async (id: string, options: ConnectOptions) => {
      const { letters } = await processLetters(options, { action: 'keep', ids: [id] });
      for (const letter of letters) printJson({ ...letter, sent: new Date(letter.sentMs).toISOString() });
    });
}

function replayCommand(): Command {
  return actionCommand('replay', 'redrive', 'sent back')
    .description('Send dead letters back to their queue, so that they are delivered again.')
    .addHelpText(
      'after',
      `
A replayed task runs again, although its failure is stored. A task that has a result of its own does not run again, so that
a letter may be replayed twice. Errbacks that were called, and later steps of a chain that have failed, stay as they are.
If an id does not exist, the command fails and changes nothing. redrive is another name of the command.

Examples:
  $ girder-worker dlq replay 3ef02b02-a3c9-44cf-bf80-f86458d1cdbf
  $ girder-worker dlq replay --code DELIVERED_TOO_OFTEN --newer-than 2h --limit 10
  $ girder-worker dlq replay --all --queue long-tasks`,
    );
}

function purgeCommand(): Command {
  return actionCommand('purge', 'drop', 'deleted')
    .description('Delete dead letters permanently.')
    .addHelpText(
      'after',
      `
The stored failures of their tasks stay. If an id does not exist, the command fails and changes nothing. drop is another
name of the command.

Examples:
  $ girder-worker dlq purge 3ef02b02-a3c9-44cf-bf80-f86458d1cdbf
  $ girder-worker dlq purge --task 'images.*' --older-than 2d --dry-run
  $ girder-worker dlq purge --all --queue long-tasks`,
    );
}

function actionCommand(name: string, action: Exclude<DeadLetterAction, 'keep'>, participle: string): Command {
  return withFilter(new Command(name).argument('[ids...]', 'ids of messages or of tasks', idList, []))
    .option('--all', 'all dead letters')
    .option('--dry-run', 'only print which')
    .action(async (ids: string[], options: ActionOptions) => {
      const { all, dryRun } = options;
      const isChosen = ids.length > 0 || isSelective(options);
      if (isChosen === (all === true))
        throw new InvalidArgumentError('Give ids of dead letters, options that select them, or --all.');
      const { letters, counts } = await processLetters(options, { action: dryRun ? 'keep' : action, ids });
      if (dryRun) {
        printColumns(letters.map(summary));
        return print(`${count(letters.length, 'dead letter')} would be ${participle}.`);
      }
      print(`${count(counts[action], 'dead letter')} ${participle}, ${counts.keep} left.`);
      for (const [target, number] of counts.refused) {
        print(
          `${count(number, 'dead letter')} not sent to the queue "${target}" that ${number === 1 ? 'it names' : 'they name'}: its redrive policy does not name this dead-letter queue. Any sender can write that name.`,
        );
      }
    });
}

function isSelective({ task, code, reason, olderThan, newerThan, limit }: SelectOptions): boolean {
  return [task, code, reason, olderThan, newerThan, limit].some((option) => option !== undefined);
}

interface Processed {
  /** Those that were selected. */
  readonly letters: readonly DeadLetterSummary[];
  readonly counts: DeadLetterCounts;
}

/** Does the same to all dead letters with these ids, or to all that the options select. Throws if one of the ids does not exist. */
async function processLetters(
  options: SelectOptions,
  { action, ids = [] }: { readonly action: DeadLetterAction; readonly ids?: readonly string[] },
): Promise<Processed> {
  const { connectQueueAdmin } = await import('../../transport/sqs/sqsQueueAdmin.ts');
  const queues = connectQueueAdmin(loadConnections(process.env).broker);
  const queue = firstQueue(await connectFromCli(options));
  const letters: DeadLetterSummary[] = [];
  const select = async (listed: ListedDeadLetter) => {
    const letter = await withTask(listed);
    const isSelected = (ids.length === 0 || hasId(letter, ids)) && matchesFilter(options, letter, nodeSystem.now());
    if (isSelected) letters.push(letter);
    return isSelected;
  };
  // An id that is missing must change nothing, so that they are all looked for first.
  if (ids.length > 0 && action !== 'keep') {
    await queues.processDeadLetters(queue, async (letter): Promise<DeadLetterAction> => {
      await select(letter);
      return 'keep';
    });
    assertFound(ids, letters);
    letters.length = 0;
  }
  const isDone = () => letters.length === options.limit;
  const counts = await queues.processDeadLetters(queue, async (letter) => ((await select(letter)) ? action : 'keep'), {
    isDone,
    onProgress: reportProgress(),
  });
  assertFound(ids, letters);
  return { letters, counts };
}

function assertFound(ids: readonly string[], letters: readonly DeadLetterSummary[]): void {
  const missing = ids.filter((id) => !letters.some((letter) => hasId(letter, [id])));
  if (missing.length === 0) return;
  throw new Error(
    `There are no dead letters of these ids: ${missing.join(', ')}. List the ids with girder-worker dlq list.`,
  );
}

/** The dead letters between two lines of progress. */
const progressStep = 100;

/** Returns the listener that prints a line for each hundred dead letters, on stderr: a queue may have thousands. */
function reportProgress(): (step: 'received' | 'processed', number: number) => void {
  const printed = { received: 0, processed: 0 };
  return (step, number) => {
    if (number < printed[step] + progressStep) return;
    printed[step] = number;
    processOutput.writeErr(`${count(number, 'dead letter')} ${step} ...\n`);
  };
}

async function withTask(letter: ListedDeadLetter): Promise<DeadLetterSummary> {
  const { task = null, id = null } = (await taskNamedIn(letter.body)) ?? {};
  return { ...letter, task, taskId: id };
}

function hasId({ messageId, taskId }: DeadLetterSummary, ids: readonly string[]): boolean {
  return ids.includes(messageId) || (taskId !== null && ids.includes(taskId));
}

function summary(letter: DeadLetterSummary): string[] {
  const { messageId, task, taskId, sentMs, reason } = letter;
  const why = `${codeOf(letter)}: ${reason ?? 'delivered too often without being acknowledged'}`;
  return [messageId, task ?? '(unknown task)', taskId ?? '', new Date(sentMs).toISOString(), why];
}
