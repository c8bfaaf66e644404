/** What one room may import of another: anything, or only types, which leave nothing behind in the program that runs. */
export type Arrow = 'code' | 'types';

/**
 * The rooms of packages/girder-worker/src, and for each the rooms that it may import. A room that is not named here
 * may not exist, and an arrow that no import needs may not stay.
 *
 * The stations of a delivery come first, in the order in which it passes them: none imports a later one. Only
 * `dispatch` and the composition roots (`worker`, and `functions/` outside the library) know them all.
 */
export const arrows: Readonly<Record<string, Readonly<Record<string, Arrow>>>> = {
  message: {},
  task: {},
  aws: {},
  registry: { task: 'types' },
  outcome: { message: 'code' },
  execution: { message: 'code', task: 'code', registry: 'code', outcome: 'code' },
  store: { message: 'code', outcome: 'types', aws: 'code' },
  canvas: { message: 'code', task: 'types', outcome: 'types', store: 'types' },
  transport: { aws: 'code' },
  dispatch: {
    message: 'code',
    registry: 'code',
    outcome: 'code',
    execution: 'code',
    store: 'code',
    canvas: 'code',
    transport: 'code',
    aws: 'code',
  },
  // The dispatcher without Lambda: takes messages from SQS itself.
  worker: {
    aws: 'code',
    registry: 'types',
    execution: 'code',
    store: 'code',
    transport: 'code',
    dispatch: 'code',
    control: 'code',
  },
  // Remote control: what Celery's commands, the client and the CLI ask of table and queue.
  control: { message: 'code', task: 'code', aws: 'code', registry: 'types', store: 'code', transport: 'code' },
  client: { message: 'types', task: 'code', store: 'code', canvas: 'code', transport: 'code', control: 'code' },
  build: { task: 'code', registry: 'types' },
  local: { transport: 'code' },
  cli: {
    message: 'code',
    task: 'types',
    registry: 'types',
    transport: 'code',
    control: 'code',
    client: 'code',
    build: 'code',
    dispatch: 'code',
    worker: 'code',
    local: 'code',
    doors: 'code',
  },
  doors: { task: 'code', client: 'code' },
};

/** Who alone may import these, as path prefixes. */
export const reserved: Readonly<Record<string, readonly string[]>> = {
  // build/environmentCredentials.ts is no part of the build: the build puts it into the bundle.
  '@aws-sdk/': ['build/environmentCredentials.ts', 'aws/', 'transport/sqs', 'local/'],
  '@smithy/': ['aws/'],
  // The thread of local/tie.ts runs no task: it watches for the death of its process's parent.
  'node:worker_threads': ['execution/', 'local/tie.ts'],
};

/** Rooms without any npm package. */
export const selfContained: readonly string[] = ['task', 'registry', 'outcome', 'execution'];

/** Celery's and Kombu's own names, which other rooms know only in their TypeScript spelling; and who may say them. */
export const wireNames: readonly string[] = [
  ...['root_id', 'parent_id', 'group_id', 'group_index', 'task_id', 'argsrepr', 'kwargsrepr', 'ignore_result'],
  ...['replaced_task_nesting', 'stamped_headers', 'subtask_type', 'correlation_id', 'reply_to', 'delivery_mode'],
  ...['delivery_info', 'delivery_tag', 'routing_key', 'body_encoding'],
  ...['exc_type', 'exc_message', 'exc_module', 'date_done', 'celery-task-meta-'],
];
// A signature keeps Celery's own spelling, as whatever a client put into it must come out again.
export const roomsWithWireNames: readonly string[] = ['message', 'store', 'canvas'];

const open = '<!-- arrows: kept by test/architecture.test.ts -->';
const close = '<!-- /arrows -->';

/** The table as it stands in ARCHITECTURE.md, with the markers around it. */
export function renderArrows(): string {
  const rows = Object.entries(arrows).map(([room, targets]) => {
    const cells = Object.entries(targets).map(([target, kind]) => (kind === 'types' ? `${target} (types)` : target));
    return `| ${room} | ${cells.join(', ') || 'nothing'} |`;
  });
  return [open, '| room | may import |', '|---|---|', ...rows, close].join('\n');
}

/** The part of a document that `renderArrows` is compared with; undefined where the markers are missing. */
export function arrowsIn(document: string): string | undefined {
  const from = document.indexOf(open);
  const to = document.indexOf(close);
  return from === -1 || to === -1 ? undefined : document.slice(from, to + close.length);
}
