import { Command, InvalidArgumentError } from 'commander';
import { DecodeError } from '../kombu/errors.ts';
import { decode } from '../message/decode.ts';
import type { DeadLetterAction, ListedDeadLetter, QueueAdmin } from '../transport/queueAdmin.ts';
import {
  type ConnectOptions,
  connectFromCli,
  count,
  firstQueue,
  jsonOption,
  print,
  printColumns,
  printJson,
  queueOption,
} from './connect.ts';

/** A dead letter, and as much of its task as can be read. */
interface Letter extends ListedDeadLetter {
  readonly task: string | null;
  readonly taskId: string | null;
}

interface ChoiceOptions extends ConnectOptions {
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
    .action(async (options: ConnectOptions) => {
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
    .action(async (id: string, options: ConnectOptions) => {
      const found = (await readLetters(await connect(options))).filter((letter) => isNamed(letter, [id]));
      if (found.length === 0) throw new Error(`There is no dead letter of this id: ${id}`);
      for (const letter of found) printJson({ ...letter, sent: new Date(letter.sentMs).toISOString() });
    });
}

function verdictCommand(verdict: Exclude<DeadLetterAction, 'keep'>, description: string, done: string): Command {
  return new Command(verdict)
    .description(description)
    .argument('[ids...]', 'ids of messages or of tasks')
    .option('--all', 'all dead letters')
    .option(...queueOption)
    .action(async (ids: string[], { all, ...options }: ChoiceOptions) => {
      if (ids.length > 0 === (all === true)) throw new InvalidArgumentError('Give ids of dead letters, or --all.');
      const { queues, queue } = await connect(options);
      const chosen = all ? null : await chosenAmong(await readLetters({ queues, queue }), ids);
      const counts = await queues.processDeadLetters(queue, ({ messageId }) =>
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

async function connect(options: ConnectOptions): Promise<{ readonly queues: QueueAdmin; readonly queue: string }> {
  const { connectQueueAdmin: connectQueueControl } = await import('../transport/sqs/sqsQueueAdmin.ts');
  return { queues: connectQueueControl(process.env), queue: firstQueue(await connectFromCli(options)) };
}

async function readLetters({
  queues,
  queue,
}: {
  readonly queues: QueueAdmin;
  readonly queue: string;
}): Promise<Letter[]> {
  const listed: ListedDeadLetter[] = [];
  await queues.processDeadLetters(queue, (letter) => {
    listed.push(letter);
    return 'keep';
  });
  return Promise.all(listed.map(withTask));
}

async function withTask(letter: ListedDeadLetter): Promise<Letter> {
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
