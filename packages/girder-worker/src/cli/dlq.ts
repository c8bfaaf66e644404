import { Command, InvalidArgumentError } from 'commander';
import { decode } from '../message/decode.ts';
import { DecodeError } from '../message/errors.ts';
import type { LetterVerdict, ListedLetter, QueueControl } from '../transport/queueControl.ts';
import {
  connectRemote,
  count,
  firstQueue,
  jsonOption,
  print,
  printColumns,
  printJson,
  queueOption,
  type RemoteOptions,
} from './remote.ts';

/** A dead letter, and as much of its task as can be read. */
interface Letter extends ListedLetter {
  readonly task: string | null;
  readonly taskId: string | null;
}

interface ChoiceOptions extends RemoteOptions {
  readonly all?: true;
}

export function dlqCommand(): Command {
  return new Command('dlq')
    .description('Look after dead letters: messages that could not be run, with the reasons.')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(
      verdictCommand('redrive', 'Send dead letters back to the queue they came from, to be tried again.', 'sent back'),
    )
    .addCommand(verdictCommand('drop', 'Delete dead letters for good.', 'deleted'))
    .addHelpText('after', help);
}

const help = `
A message becomes a dead letter where it cannot be decoded, or was delivered too often without an outcome.
Letters are named by the id of their message or of their task, as list prints them. While they are listed, nobody else can
see them.

Examples:
  $ girder-worker dlq list
  $ girder-worker dlq show 3ef02b02-a3c9-44cf-bf80-f86458d1cdbf
  $ girder-worker dlq redrive --all`;

function listCommand(): Command {
  return new Command('list')
    .description('List the dead letters, each with the reason.')
    .option(...queueOption)
    .option(...jsonOption)
    .action(async (options: RemoteOptions) => {
      const letters = await readLetters(await connect(options));
      if (options.json) return printJson(letters);
      printColumns(letters.map(summary));
      print(letters.length === 0 ? 'There are no dead letters.' : `${count(letters.length, 'dead letter')}.`);
    });
}

function showCommand(): Command {
  return new Command('show')
    .description('Print all of a dead letter: its reason, its task and its body.')
    .argument('<id>', 'id of the message or of the task')
    .option(...queueOption)
    .action(async (id: string, options: RemoteOptions) => {
      const found = (await readLetters(await connect(options))).filter((letter) => isNamed(letter, [id]));
      if (found.length === 0) throw new Error(`There is no dead letter of this id: ${id}`);
      for (const letter of found) printJson({ ...letter, sent: new Date(letter.sentMs).toISOString() });
    });
}

function verdictCommand(verdict: Exclude<LetterVerdict, 'keep'>, description: string, done: string): Command {
  return new Command(verdict)
    .description(description)
    .argument('[ids...]', 'ids of messages or of tasks')
    .option('--all', 'all dead letters')
    .option(...queueOption)
    .action(async (ids: string[], { all, ...options }: ChoiceOptions) => {
      if (ids.length > 0 === (all === true)) throw new InvalidArgumentError('Give ids of dead letters, or --all.');
      const { queues, queue } = await connect(options);
      const chosen = all ? null : await chosenAmong(await readLetters({ queues, queue }), ids);
      const counts = await queues.eachDeadLetter(queue, ({ messageId }) =>
        chosen === null || chosen.has(messageId) ? verdict : 'keep',
      );
      print(`${count(counts[verdict], 'dead letter')} ${done}, ${counts.keep} left.`);
    });
}

/** The ids of the messages that are meant. Throws before anything is done if one of them is not there. */
async function chosenAmong(letters: readonly Letter[], ids: readonly string[]): Promise<ReadonlySet<string>> {
  const missing = ids.filter((id) => !letters.some((letter) => isNamed(letter, [id])));
  if (missing.length > 0) throw new Error(`There are no dead letters of these ids: ${missing.join(', ')}`);
  return new Set(letters.filter((letter) => isNamed(letter, ids)).map(({ messageId }) => messageId));
}

async function connect(options: RemoteOptions): Promise<{ readonly queues: QueueControl; readonly queue: string }> {
  const { connectQueueControl } = await import('../transport/sqsQueueControl.ts');
  return { queues: connectQueueControl(process.env), queue: firstQueue(await connectRemote(options)) };
}

async function readLetters({
  queues,
  queue,
}: {
  readonly queues: QueueControl;
  readonly queue: string;
}): Promise<Letter[]> {
  const listed: ListedLetter[] = [];
  await queues.eachDeadLetter(queue, (letter) => {
    listed.push(letter);
    return 'keep';
  });
  return Promise.all(listed.map(withTask));
}

async function withTask(letter: ListedLetter): Promise<Letter> {
  try {
    const { task, id } = await decode(letter.body);
    return { ...letter, task, taskId: id };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { ...letter, task: error.identity?.task ?? null, taskId: error.identity?.id ?? null };
  }
}

function isNamed({ messageId, taskId }: Letter, ids: readonly string[]): boolean {
  return ids.includes(messageId) || (taskId !== null && ids.includes(taskId));
}

function summary({ messageId, task, taskId, sentMs, code, reason }: Letter): string[] {
  const why = code === null ? 'delivered too often without an outcome' : `${code}: ${reason}`;
  return [messageId, task ?? '(unknown task)', taskId ?? '', new Date(sentMs).toISOString(), why];
}
