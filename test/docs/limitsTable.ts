import {
  maxFollowingBytes,
  maxFollowingMessages,
  maxFollowingSignatures,
  maxMapCalls,
  maxMessageBytes,
} from '../../packages/girder-worker/src/canvas/signatures/limits.ts';
import { maxMatchMs, maxPatternLength } from '../../packages/girder-worker/src/control/addressing.ts';
import { maxFifoHiddenSeconds, maxFifoWaitDays } from '../../packages/girder-worker/src/dispatch/eta.ts';
import { maxWeight, weights } from '../../packages/girder-worker/src/kombu/budget.ts';
import { maxBzip2Bytes } from '../../packages/girder-worker/src/kombu/compression/bzip2Reader.ts';
import { maxWrittenCharacters } from '../../packages/girder-worker/src/kombu/json/jsonWriter.ts';
import { slownessOfReader } from '../../packages/girder-worker/src/kombu/json/pythonJson.ts';
import { maxDepth, maxIntegerDigits } from '../../packages/girder-worker/src/kombu/pythonLimits.ts';
import { passes } from '../../packages/girder-worker/src/kombu/serializers/jsonpickle.ts';
import { maxYamlCharacters, nodeWeight } from '../../packages/girder-worker/src/kombu/serializers/yamlReader.ts';
import { defaultLimits } from '../../packages/girder-worker/src/message/decode.ts';
import { maxIdBytes, maxNameCharacters, maxStampValues } from '../../packages/girder-worker/src/message/limits.ts';
import { maxDocumentBytes, maxParts } from '../../packages/girder-worker/src/store/document/storedBytes.ts';
import { maxWaitDays, unfinishedChordDays } from '../../packages/girder-worker/src/store/limits.ts';

/** A test, by its file and a part of its title. */
export type NamedTest = readonly [file: string, title: string];

/** A limit of the worker, as docs/limits.md shows it. */
export interface Limit {
  readonly name: string;
  readonly value: string;
  /** What happens with one more. */
  readonly beyond: string;
  /** Why it is not less, and not more. */
  readonly reason: string;
  /** The tests with exactly as much as the limit, and with one more. */
  readonly tests: readonly NamedTest[];
}

export interface LimitGroup {
  readonly title: string;
  readonly limits: readonly Limit[];
}

const src = 'packages/girder-worker/src';
const bytes = (count: number) => (count % 1024 ** 2 === 0 ? `${count / 1024 ** 2} MiB` : `${count / 1024} KiB`);
const number = (count: number) => count.toLocaleString('en-US');

const deadLetter = 'dead letter with the reason; FAILURE, DecodeError, if the id of the task can be read';
const failsTask = 'the task fails with ImproperlyConfigured, and its errbacks are called; of the rest nothing is sent';

/** All limits. A constant that bounds what a message may cost belongs here, with its tests. */
export const limitGroups: readonly LimitGroup[] = [
  {
    title: 'A message',
    limits: [
      {
        name: 'text of a message',
        value: bytes(defaultLimits.maxBodyBytes),
        beyond: deadLetter,
        reason: 'what SQS takes',
        tests: [[`${src}/message/decode.test.ts`, 'a text that is larger than the limit rejects with TOO_LARGE']],
      },
      {
        name: 'body after decompression',
        value: bytes(defaultLimits.maxDecompressedBytes),
        beyond: deadLetter,
        reason: 'a message of 1 MiB can be decompressed to 1 GB',
        tests: [
          [`${src}/message/decode.test.ts`, 'a text that is larger than the limit rejects with TOO_LARGE'],
          [`${src}/kombu/compression/bzip2Reader.test.ts`, 'and an output of exactly the limit does not'],
          [`${src}/kombu/compression/xzReader.test.ts`, 'and an output of exactly the limit does not'],
        ],
      },
      {
        name: `weight of the values: ${weights.value} for each, ${weights.container} more for a list or dict, ${weights.key} for a key (${weights.knownKey} if other dicts have it after the same keys), ${weights.object} more for bytes, an object or a long integer, ${weights.tagged} more for a tagged value of JSON, such as a date`,
        value: `${number(maxWeight)}; less where reading takes longer: divided by ${slownessOfReader} if the JSON has NaN, tags or long integers, and by ${passes} for jsonpickle; YAML counts ${nodeWeight} for each comma, colon and line`,
        beyond: deadLetter,
        reason: 'a message takes less than 250 ms and 50 MB (docs/performance.md)',
        tests: [
          [`${src}/message/decode.cost.test.ts`, 'a message is refused if its values weigh more than the limit'],
          [`${src}/message/decode.cost.test.ts`, 'blocks the event loop only for a moment, and takes less than 100 MB'],
        ],
      },
      {
        name: 'bzip2 data',
        value: `${number(maxBzip2Bytes)} bytes`,
        beyond: deadLetter,
        reason: 'one block may contain all of them, and takes 0.5 µs for each; other compressions take less',
        tests: [[`${src}/kombu/compression/bzip2Reader.test.ts`, 'more compressed bytes than the limit']],
      },
      {
        name: 'text of YAML',
        value: `${bytes(maxYamlCharacters).replace('MiB', 'Mi')} characters`,
        beyond: deadLetter,
        reason: 'the reader takes 0.2 µs for an escaped character',
        tests: [[`${src}/kombu/serializers/yamlReader.test.ts`, 'more characters than the limit']],
      },
      {
        name: 'JSON that is written',
        value: `${bytes(maxWrittenCharacters).replace('MiB', 'Mi')} characters`,
        beyond: 'EncodeError: the task fails, or the message is not sent',
        reason:
          'what a message may have when it is decompressed; references and aliases make long values of short texts',
        tests: [[`${src}/kombu/json/jsonWriter.test.ts`, 'writes up to 16 Mi characters']],
      },
      {
        name: 'nesting of values',
        value: `${number(maxDepth)} levels`,
        beyond: deadLetter,
        reason: "Python's recursion limit",
        tests: [[`${src}/kombu/json/jsonReader.test.ts`, 'throws an error for more than 1000 levels of nesting']],
      },
      {
        name: 'digits of an integer',
        value: number(maxIntegerDigits),
        beyond: deadLetter,
        reason: "Python's `sys.get_int_max_str_digits()`",
        tests: [[`${src}/kombu/json/jsonReader.test.ts`, 'for an integer with more than 4300 digits, like Python']],
      },
      {
        name: 'id of a task or a group',
        value: `${maxIdBytes} bytes of well-formed Unicode`,
        beyond: 'dead letter with the reason; no result, because it could not be stored',
        reason: 'a key of DynamoDB has 2048 bytes, and Celery writes a byte beyond ASCII as four',
        tests: [
          [`${src}/message/decode.test.ts`, 'a message may have ids of'],
          [`${src}/message/decode.errors.test.ts`, 'has an id that is longer than the limit'],
        ],
      },
      {
        name: 'name of a task',
        value: `${number(maxNameCharacters)} characters`,
        beyond: deadLetter,
        reason: 'it is stored with each claim',
        tests: [
          [`${src}/message/decode.test.ts`, 'a message may have ids of'],
          [`${src}/message/decode.errors.test.ts`, 'has a task name that is longer than the limit'],
        ],
      },
      {
        name: 'values of all stamps',
        value: number(maxStampValues),
        beyond: deadLetter,
        reason: 'the worker looks each up in the table, four times a second while the task runs',
        tests: [
          [`${src}/message/decode.test.ts`, 'values of stamps'],
          [`${src}/message/decode.errors.test.ts`, 'has more values of stamps than the limit'],
        ],
      },
      {
        name: 'wait for `eta` or `countdown`',
        value: `${maxWaitDays} days`,
        beyond: 'the task fails with ValueError when its message is delivered',
        reason: 'SQS delays a message for 15 minutes, so that a waiting task is sent 96 times a day',
        tests: [
          [`${src}/dispatch/eta.test.ts`, 'is 366 days ahead waits'],
          [`${src}/dispatch/eta.test.ts`, 'is a second later than in 366 days'],
        ],
      },
      {
        name: 'wait for `eta` or `countdown` in a FIFO queue',
        value: `${maxFifoWaitDays} days`,
        beyond: 'the task fails with ValueError when its message is delivered',
        reason: `SQS hides a message for 12 hours at most, and moves it to the dead-letter queue after ten deliveries; it is hidden for ${maxFifoHiddenSeconds / 3600} hours at a time`,
        tests: [
          [`${src}/dispatch/fifoEta.test.ts`, 'waits for an eta three days ahead'],
          [`${src}/dispatch/fifoEta.test.ts`, 'whose eta is further ahead fails at once'],
        ],
      },
    ],
  },
  {
    title: 'What follows a task',
    limits: [
      {
        name: 'messages, errbacks that are called, and failures that are stored for steps that will not run',
        value: number(maxFollowingMessages),
        beyond: failsTask,
        reason: 'Celery is used with groups of 20,000; so many messages are published in about a minute',
        tests: [
          [`${src}/canvas/limits.test.ts`, 'the messages that are published now count'],
          [`${src}/canvas/limits.test.ts`, 'the steps of a failed chain whose failure must be stored'],
          [`${src}/dispatch/continuationLimits.test.ts`, 'with one message more; the error names the limit'],
        ],
      },
      {
        name: 'signatures and links',
        value: number(maxFollowingSignatures),
        beyond: failsTask,
        reason:
          'each counts once for each level that it is nested in, and once for each signature that it is linked to: a group of 20,000 chains of five steps counts 340,000',
        tests: [
          [`${src}/canvas/limits.test.ts`, 'the signatures and links of one expansion are counted up to their limit'],
        ],
      },
      {
        name: 'bytes of all messages',
        value: bytes(maxFollowingBytes),
        beyond: failsTask,
        reason: 'each member of a chord carries its body, and each member of a group the result before it',
        tests: [[`${src}/canvas/limits.test.ts`, 'the bytes of all messages together are counted up to their limit']],
      },
      {
        name: 'bytes of one message',
        value: bytes(maxMessageBytes),
        beyond: `${failsTask}; a chord whose body does not fit fails with ChordError, “Callback error”`,
        reason: 'what SQS takes',
        tests: [
          [`${src}/canvas/limits.test.ts`, 'a message of 1 MiB is sent, and one that is larger'],
          [`${src}/dispatch/continuationLimits.test.ts`, 'fails with a ChordError, as in Celery'],
        ],
      },
      {
        name: 'ids of what `celery.group`, `celery.chord` and `celery.chunks` send',
        value: `${bytes(maxDocumentBytes)} compressed, about 18,000 messages`,
        beyond: failsTask,
        reason: 'they are the result of the task, which is one item of the table, as in Celery',
        tests: [
          [`${src}/dispatch/continuationLimits.test.ts`, 'sends as many messages as an item holds ids of them'],
          [`${src}/dispatch/continuationLimits.test.ts`, 'with more messages than an item holds ids'],
        ],
      },
      {
        name: 'ids of the members of a chord',
        value: `${bytes(maxParts * maxDocumentBytes)} compressed, about 70,000 members`,
        beyond: `${failsTask}; a client gets BackendStoreError`,
        reason: `they are up to ${maxParts} items of the table; Python’s clients and workers read only a group that is one item, of about 18,000 members`,
        tests: [
          ['test/contract/chords.ts', 'restores a group of 50,000 members'],
          [
            `${src}/dispatch/continuationLimits.test.ts`,
            'a chord with more ids than the items of a group hold has failed',
          ],
        ],
      },
      {
        name: 'calls of `celery.map` and `celery.starmap`',
        value: number(maxMapCalls),
        beyond: 'the task fails with TypeError',
        reason: 'they run one after the other',
        tests: [[`${src}/canvas/limits.test.ts`, 'makes calls up to their limit, and not beyond']],
      },
    ],
  },
  {
    title: 'The table',
    limits: [
      {
        name: 'a stored result',
        value: bytes(maxDocumentBytes),
        beyond: 'it is compressed; if that does not suffice, the task fails with BackendStoreError and the size',
        reason: 'DynamoDB takes items of 400 KiB',
        tests: [
          [`${src}/store/document/storedBytes.test.ts`, 'is stored as it is, and one with a byte more is compressed'],
          ['test/contract/largeResults.ts', 'replaces a result that does not fit by a failure with its size'],
        ],
      },
      {
        name: 'a chord that is not finished',
        value: `${unfinishedChordDays} days after its last member has ended`,
        beyond: 'its items expire; a later member fails the body with ChordError',
        reason: 'longer than a member may wait for its `eta`, and than SQS keeps its message',
        tests: [['test/contract/sharedChords.ts', 'a chord that is never finished expires 410 days after']],
      },
    ],
  },
  {
    title: 'Remote control',
    limits: [
      {
        name: 'pattern of a command',
        value: `${number(maxPatternLength)} characters`,
        beyond: 'it matches no node',
        reason: 'one message reaches all workers',
        tests: [[`${src}/control/addressing.test.ts`, 'up to the limit of its length, and not beyond']],
      },
      {
        name: 'time of a regular expression',
        value: `${maxMatchMs} ms`,
        beyond: 'it matches no node',
        reason: 'an expression can backtrack for years',
        tests: [[`${src}/control/addressing.test.ts`, 'which backtracks without end, matches no node, and ends']],
      },
    ],
  },
];

const head = `# Limits

After this page you know what one message may cost a worker, and what happens beyond that.

A message that exceeds a limit is refused, or its task fails, with an error that names the limit. It is not delivered again for
that. What would be sent after a task is measured before any of it is sent, and planned in parts, between which the worker does
its other work.

This page is generated: \`UPDATE_DOCS=1 npx vitest run test/docs/limits.test.ts\` writes it from the constants. The last column
names the tests with exactly as much as the limit, and with more. SECURITY.md says who may send messages at all.
`;

/** The text of docs/limits.md. */
export function limitsDocument(): string {
  const parts = limitGroups.flatMap(({ title, limits }) => [
    `## ${title}\n`,
    '| What | Limit | Beyond | Reason | Tests |',
    '|---|---|---|---|---|',
    ...limits.map(({ name, value, beyond, reason, tests }) => {
      const files = [...new Set(tests.map(([file]) => `\`${file.replace(`${src}/`, '')}\``))];
      return `| ${[name, value, beyond, reason, files.join(', ')].join(' | ')} |`;
    }),
    '',
  ]);
  return [head, ...parts].join('\n');
}
