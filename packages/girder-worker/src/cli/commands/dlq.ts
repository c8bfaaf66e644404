import { Command, InvalidArgumentError } from 'commander';
import { loadConnections } from '../../connections/connections.ts';
import { taskNamedIn } from '../../message/decode.ts';
import type { DeadLetterAction, ListedDeadLetter, QueueAdmin } from '../../transport/queueAdmin.ts';
import { idList, notEmpty } from '../shared/arguments.ts';
import { type ConnectOptions, connectFromCli, firstQueue, jsonOption, queueOption } from '../shared/connect.ts';
import { count, print, printColumns, printJson } from '../shared/output.ts';

/** A dead letter with the name and the id of its task; null if they cannot be read from its body. */
interface DeadLetterSummary extends ListedDeadLetter {
  readonly task: string | null;
  readonly taskId: string | null;
}

interface ActionOptions extends ConnectOptions {
  readonly all?: true;
}

export function dlqCommand(): Command {
  return new Command('dlq')
    .description('List, redrive or delete dead letters: messages that could not be processed.')
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(
      actionCommand('redrive', 'Send dead letters back to their queue, so that they are delivered again.', 'sent back'),
    )
    .addCommand(actionCommand('drop', 'Delete dead letters permanently.', 'deleted'))
    .addHelpText('after', help);
}

const help = `
A message becomes a dead letter if it cannot be decoded, or if it was delivered too often without being acknowledged.
A dead letter is identified by the id of its message or of its task; dlq list prints both. Reading the dead letters takes
about a second, during which they are hidden from other readers.

Examples:
  $ girder-worker dlq list
  $ girder-worker dlq show 3ef02b02-a3c9-44cf-bf80-f86458d1cdbf
  $ girder-worker dlq redrive --all`;

const redriveAndDropHelp = (action: string) => `
If an id does not exist, the command fails and changes nothing.

Examples:
  $ girder-worker dlq ${action} 3ef02b02-a3c9-44cf-bf80-f86458d1cdbf
  $ girder-worker dlq ${action} --all --queue long-tasks`;

function listCommand(): Command {
  return new Command('list')
    .description('List the dead letters with their reasons.')
    .option(...queueOption)
    .option(...jsonOption)
    .addHelpText(
      'after',
      '\nExamples:\n  $ girder-worker dlq list\n  $ girder-worker dlq list --queue long-tasks --json',
    )
    .action(async (options: ConnectOptions) => {
      const letters = await readDeadLetters(await connect(options));
      if (options.json) return printJson(letters);
      printColumns(letters.map(summary));
      print(letters.length === 0 ? 'There are no dead letters.' : `${count(letters.length, 'dead letter')}.`);
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
      const found = (await readDeadLetters(await connect(options))).filter((letter) => hasId(letter, [id]));
      if (found.length === 0)
        throw new Error(`There is no dead letter of this id: ${id}. List the ids with girder-worker dlq list.`);
      for (const letter of found) printJson({ ...letter, sent: new Date(letter.sentMs).toISOString() });
    });
}

function actionCommand(action: Exclude<DeadLetterAction, 'keep'>, description: string, participle: string): Command {
  return new Command(action)
    .description(description)
    .argument('[ids...]', 'ids of messages or of tasks', idList, [])
    .option('--all', 'all dead letters')
    .option(...queueOption)
    .addHelpText('after', redriveAndDropHelp(action))
    .action(async (ids: string[], { all, ...options }: ActionOptions) => {
      if (ids.length > 0 === (all === true)) throw new InvalidArgumentError('Give ids of dead letters, or --all.');
      const { queues, queue } = await connect(options);
      const chosen = all ? null : messageIdsOf(await readDeadLetters({ queues, queue }), ids);
      const counts = await queues.processDeadLetters(queue, ({ messageId }) =>
        chosen === null || chosen.has(messageId) ? action : 'keep',
      );
      print(`${count(counts[action], 'dead letter')} ${participle}, ${counts.keep} left.`);
      for (const [name, number] of counts.refused) {
        print(
          `${count(number, 'dead letter')} not sent to the queue "${name}" that ${number === 1 ? 'it names' : 'they name'}: its redrive policy does not name this dead-letter queue. Any sender can write that name.`,
        );
      }
    });
}

/** The message ids of the dead letters with these ids. Throws if one of the ids does not exist. */
function messageIdsOf(letters: readonly DeadLetterSummary[], ids: readonly string[]): ReadonlySet<string> {
  const missing = ids.filter((id) => !letters.some((letter) => hasId(letter, [id])));
  if (missing.length > 0)
    throw new Error(
      `There are no dead letters of these ids: ${missing.join(', ')}. List the ids with girder-worker dlq list.`,
    );
  return new Set(letters.filter((letter) => hasId(letter, ids)).map(({ messageId }) => messageId));
}

async function connect(options: ConnectOptions): Promise<{ readonly queues: QueueAdmin; readonly queue: string }> {
  const { connectQueueAdmin } = await import('../../transport/sqs/sqsQueueAdmin.ts');
  return {
    queues: connectQueueAdmin(loadConnections(process.env).broker),
    queue: firstQueue(await connectFromCli(options)),
  };
}

async function readDeadLetters({
  queues,
  queue,
}: {
  readonly queues: QueueAdmin;
  readonly queue: string;
}): Promise<DeadLetterSummary[]> {
  const listed: ListedDeadLetter[] = [];
  await queues.processDeadLetters(queue, (letter) => {
    listed.push(letter);
    return 'keep';
  });
  return Promise.all(listed.map(withTask));
}

async function withTask(letter: ListedDeadLetter): Promise<DeadLetterSummary> {
  const { task = null, id = null } = (await taskNamedIn(letter.body)) ?? {};
  return { ...letter, task, taskId: id };
}

function hasId({ messageId, taskId }: DeadLetterSummary, ids: readonly string[]): boolean {
  return ids.includes(messageId) || (taskId !== null && ids.includes(taskId));
}

function summary({ messageId, task, taskId, sentMs, code, reason }: DeadLetterSummary): string[] {
  const why = code === null ? 'delivered too often without being acknowledged' : `${code}: ${reason}`;
  return [messageId, task ?? '(unknown task)', taskId ?? '', new Date(sentMs).toISOString(), why];
}
