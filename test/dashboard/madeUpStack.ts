import type {
  ListedDeadLetter,
  QueueStatus,
  ResultTuple,
  StoredOrphan,
  StoredResult,
  TaskSummary,
} from 'girder-worker/internal/operations';
import type { HistoryStatus, LogLine } from '../../packages/girder-worker-dev/src/dashboard/data.ts';
import type { DashboardStack } from '../../packages/girder-worker-dev/src/dashboard/server/stack.ts';
import { createTaskWindow } from '../../packages/girder-worker-dev/src/dashboard/server/taskWindow.ts';
import { chosenRuns, hostile, idOf, ids, manyRuns, queues, traceback } from './madeUpRuns.ts';

/** What the actions of the page have done to the made-up stack. */
export interface MadeUpStack extends DashboardStack {
  /** One line for each change. */
  readonly changes: string[];
  /** How often dead letters and orphans were read. */
  readonly reads: { deadLetters: number; orphans: number };
  /** What the dashboard has read of the history; tests change it. */
  readonly history: { status: HistoryStatus };
}

/** Returns a stack that exists in memory only, with this many tasks. */
export function createMadeUpStack(tasks: number, hasActions: boolean): MadeUpStack {
  const nowMs = Date.now();
  const window = createTaskWindow(2 * tasks);
  const chosen = tasks === 0 ? [] : chosenRuns(nowMs);
  const distinct = new Set(chosen.map(({ id }) => id)).size;
  window.add([{ key: 'made up', appendedMs: nowMs, records: [...manyRuns(nowMs, tasks - distinct), ...chosen] }]);
  const changes: string[] = [];
  const reads = { deadLetters: 0, orphans: 0 };
  const history: MadeUpStack['history'] = {
    status: { state: 'ready', fault: null, tasks, oldestMs: window.oldestMs, isComplete: true },
  };
  let letters = lettersOf(nowMs);
  return {
    ...{ window, changes, reads, history, hasActions, queues, system: { now: Date.now } },
    names: {
      broker: 'https://sqs.eu-central-1.amazonaws.com/000000000000/girder-worker',
      ...{
        backend: 'dynamodb://girder-worker-results',
        history: 'girder-worker-results-history',
        region: 'eu-central-1',
      },
    },
    follower: {
      status: () => history.status,
      use: () => undefined,
      current: async () => history.status,
      stop: async () => undefined,
    },
    describeError: (error) => (error as Error).message,
    taskLog: { linesOf: async ({ id }) => (id === ids.failed ? linesOf(nowMs) : null) },
    store: {
      read: async (id) => storedResults[id],
      readGroup: async () => [[idOf(0xff), null], [1, 2, 3].map((index) => member(idOf(0xc0 + index)))],
      countedMembers: async () => new Set([idOf(0xc1), idOf(0xc2)]),
      async revoke(id, revocation) {
        changes.push(`${revocation} ${id}`);
        return id === ids.running ? 'flagged' : 'final';
      },
      async forget(id) {
        changes.push(`forgot ${id}`);
      },
    },
    taskScan: {
      list: async () => ({ tasks: [], isComplete: true }),
      find: async ([id]) => (id === ids.running ? [runningSummary(nowMs)] : []),
    },
    orphanScan: {
      async list() {
        reads.orphans++;
        return { orphans: orphansOf(nowMs), isComplete: false };
      },
    },
    queueAdmin: {
      status: async (queue) => statusOf(queue),
      async processDeadLetters(queue, decide) {
        reads.deadLetters++;
        const counts = { keep: 0, redrive: 0, drop: 0 };
        const kept: ListedDeadLetter[] = [];
        for (const letter of queue === 'celery' ? letters : []) {
          const action = await decide(letter);
          counts[action]++;
          if (action === 'keep') kept.push(letter);
          else changes.push(`${action} ${letter.messageId}`);
        }
        letters = queue === 'celery' ? kept : letters;
        return { ...counts, refused: new Map() };
      },
    },
    oldestSeconds: async (name) => (name === 'imaging' ? 754 : name === 'mail' ? null : 12),
    async send(task, args, kwargs, queue) {
      changes.push(`sent ${task} ${JSON.stringify(args)} ${JSON.stringify(kwargs)} to ${queue}`);
      return idOf(0xe0);
    },
  };
}

const ended = { children: null, dateDone: '2026-01-01T00:00:00', group: null, parentId: null, request: null };

/** A member of a group. */
function member(id: string): ResultTuple {
  return [[id, null], null];
}

const storedResults: Readonly<Record<string, StoredResult>> = {
  [ids.failed]: {
    ...{ ...ended, state: 'FAILURE', result: null, traceback },
    exception: { module: 'builtins', type: 'ValueError', args: ['The tile 17/3/9 has 3 bands, expected 4'] },
  },
  [ids.hostile]: {
    ...ended,
    state: 'FAILURE',
    result: null,
    traceback: hostile,
    exception: { module: 'evil', type: 'E', args: [] },
  },
  [ids.retried]: {
    ...ended,
    state: 'SUCCESS',
    result: { status: 204, headers: { a: [1, 2] } },
    traceback: null,
    exception: null,
  },
  [ids.running]: {
    ...{ ...ended, dateDone: null, state: 'PROGRESS', traceback: null, exception: null },
    result: { current: 1234, total: 40_000, message: 'epoch 2 of 40' },
  },
};

function runningSummary(nowMs: number): TaskSummary {
  return {
    ...{ id: ids.running, state: 'STARTED', phase: 'active', task: 'ml.train_classifier', request: null, dueMs: null },
    ...{ worker: { pid: 12, hostname: 'celery@girder-worker-prod' }, startedMs: nowMs - 30_000 },
  };
}

function orphansOf(nowMs: number): StoredOrphan[] {
  const orphan = { worker: 'celery@girder-worker-prod', counted: null };
  return [
    { ...orphan, kind: 'claim', id: ids.running, task: 'ml.train_classifier', sinceMs: nowMs - 7_200_000 },
    { ...orphan, kind: 'retry', id: ids.retried, task: 'webhooks.deliver', sinceMs: nowMs - 300_000 },
    { ...orphan, kind: 'chord', id: idOf(0xff), task: null, sinceMs: nowMs - 86_400_000, counted: 2 },
  ];
}

function statusOf(queue: string): QueueStatus {
  if (queue === 'broken')
    throw new Error('AccessDenied: not authorized to perform sqs:GetQueueAttributes on "broken".');
  const none = { name: `${queue}-dead`, ready: 0, inFlight: 0, delayed: 0 };
  const depth = { name: queue, ready: 12, inFlight: 4, delayed: 1 };
  if (queue === 'imaging') return { ...depth, ready: 18_240, deadLetters: none };
  if (queue === 'celery') return { ...depth, deadLetters: { ...none, ready: 6 } };
  return { ...depth, ready: 0, deadLetters: null };
}

function lettersOf(nowMs: number): readonly ListedDeadLetter[] {
  const letter = (index: number, task: string, code: string | null, reason: string | null): ListedDeadLetter => ({
    ...{ messageId: `message-${index}`, sentMs: nowMs - index * 3_600_000, code, reason },
    body: JSON.stringify({
      ...{ body: 'W10=', 'content-encoding': 'utf-8', 'content-type': 'application/json' },
      headers: { task, id: idOf(0xd0 + index), lang: 'py' },
      properties: { body_encoding: 'base64' },
    }),
  });
  return [
    letter(1, 'imaging.tiles.render_tile', null, null),
    letter(
      2,
      'unknown.task',
      'TASK_UNKNOWN',
      'The registry has no task "unknown.task": deploy the plugin that has it.',
    ),
    letter(3, 'mail.send_digest', 'ARGUMENTS_INVALID', 'send_digest() takes 1 argument, got 3'),
    letter(4, `evil.${hostile}`, 'BODY_MALFORMED', `The body is not JSON: ${hostile}`),
    letter(5, 'exports.csv', null, null),
    letter(6, 'exports.csv', null, null),
  ];
}

function linesOf(nowMs: number): readonly LogLine[] {
  const line = (agoMs: number, level: string, text: string) => ({ atMs: nowMs - agoMs, level, text });
  return [
    line(900, 'INFO', 'build_pyramid: reads 12 tiles'),
    line(500, 'WARN', 'build_pyramid: tile 17/3/9 has another number of bands'),
    line(40, 'ERROR', `raised unexpected: ValueError\n${'Traceback '.repeat(30)}`),
  ];
}
