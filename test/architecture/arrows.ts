/** What one room may import of another: anything, or only types, which leave nothing behind in the program that runs. */
export type Arrow = 'code' | 'types';

/**
 * The rooms of packages/girder-worker/src, and for each the rooms that it may import. A room that is not in the table
 * may not exist, and an arrow that no import needs may not stay.
 *
 * The ground floor comes first: rooms that import nothing of the library. Then the rooms of a message's life, in the order
 * in which `dispatch` uses them; then the programs around it.
 */
export const arrows: Readonly<Record<string, Readonly<Record<string, Arrow>>>> = {
  // Time and randomness.
  system: {},
  // Kombu's formats: JSON with Python's values, serializers, compression, reprs.
  kombu: { system: 'code' },
  // Which addresses messages may lead to.
  network: {},
  // Where broker and backend are: Celery's URLs, the AWS SDK's variables, the node's name.
  connections: {},
  // What plugin authors and clients use: app, tasks, options, errors.
  task: { system: 'code' },
  aws: { connections: 'types' },
  message: { system: 'code', kombu: 'code' },
  registry: { task: 'types' },
  outcome: { kombu: 'code', task: 'code' },
  execution: { system: 'code', kombu: 'code', task: 'code', message: 'code', registry: 'code', outcome: 'code' },
  store: { system: 'code', kombu: 'code', connections: 'types', aws: 'code', outcome: 'code' },
  transport: { system: 'code', connections: 'types', aws: 'code' },
  canvas: { system: 'code', kombu: 'code', task: 'types', message: 'code', outcome: 'code', store: 'types' },
  events: { system: 'code', task: 'types', message: 'types', registry: 'types', outcome: 'types' },
  revocation: { system: 'code', message: 'types', store: 'code', events: 'types' },
  // The runs of tasks, recorded for operators.
  history: {
    system: 'code',
    kombu: 'code',
    connections: 'types',
    aws: 'code',
    message: 'code',
    outcome: 'types',
    canvas: 'code',
    events: 'code',
  },
  dispatch: {
    system: 'code',
    kombu: 'code',
    connections: 'code',
    task: 'types',
    message: 'code',
    registry: 'code',
    outcome: 'code',
    execution: 'code',
    store: 'code',
    transport: 'code',
    canvas: 'code',
    events: 'code',
    revocation: 'code',
  },
  // Girder: the jobs of tasks, transforms, the client of its REST API. Loaded where a message asks for it.
  girder: {
    system: 'code',
    kombu: 'code',
    network: 'code',
    task: 'code',
    message: 'types',
    registry: 'code',
    outcome: 'types',
    execution: 'types',
    events: 'code',
    revocation: 'types',
  },
  // The spans of OpenTelemetry. Loaded where the environment turns traces on.
  tracing: {
    system: 'code',
    kombu: 'code',
    task: 'code',
    message: 'code',
    registry: 'types',
    outcome: 'types',
    events: 'types',
  },
  // Remote control: the commands of Celery's clients, of the TypeScript client and of the CLI, on table and queue.
  control: {
    system: 'code',
    kombu: 'code',
    connections: 'code',
    task: 'code',
    message: 'code',
    registry: 'types',
    store: 'code',
    transport: 'code',
  },
  // The dispatcher without Lambda: polls SQS itself.
  worker: {
    system: 'code',
    connections: 'types',
    message: 'code',
    registry: 'types',
    execution: 'code',
    store: 'code',
    transport: 'code',
    events: 'code',
    dispatch: 'code',
    girder: 'code',
    history: 'code',
    control: 'code',
    tracing: 'code',
  },
  client: {
    system: 'code',
    kombu: 'code',
    connections: 'code',
    task: 'code',
    message: 'types',
    outcome: 'code',
    store: 'code',
    transport: 'code',
    canvas: 'code',
    control: 'code',
    tracing: 'code',
  },
  // The functions of a deployment: handlers, and the entry of their worker threads.
  lambda: {
    system: 'code',
    connections: 'code',
    registry: 'types',
    execution: 'code',
    store: 'code',
    transport: 'code',
    events: 'code',
    dispatch: 'code',
    girder: 'code',
    history: 'code',
    control: 'code',
    tracing: 'code',
    doors: 'code',
  },
  // Runs tasks in the tests of a plugin.
  testing: { system: 'code', task: 'code' },
  // The dispatcher, the store and the canvas code in a world of faults, in virtual time.
  simulation: {
    system: 'code',
    message: 'code',
    registry: 'types',
    outcome: 'code',
    execution: 'code',
    store: 'code',
    transport: 'code',
    canvas: 'code',
    events: 'types',
    dispatch: 'code',
    worker: 'code',
  },
  // Writes the files of a new package, all or none.
  scaffold: {},
  cli: {
    system: 'code',
    kombu: 'code',
    connections: 'code',
    task: 'types',
    message: 'code',
    registry: 'code',
    transport: 'code',
    events: 'code',
    control: 'code',
    worker: 'code',
    client: 'code',
    scaffold: 'code',
    doors: 'code',
  },
  // What the packages that are released with the library share with it.
  internal: {
    system: 'code',
    connections: 'code',
    aws: 'code',
    lambda: 'types',
    kombu: 'code',
    task: 'code',
    message: 'code',
    registry: 'code',
    store: 'code',
    transport: 'code',
    history: 'code',
    control: 'code',
    worker: 'code',
    client: 'code',
    scaffold: 'code',
    cli: 'code',
  },
  doors: { task: 'code', client: 'code' },
};

/**
 * The sub-rooms of a room, and for each the others that it may import; `.` are the files that lie in the room itself. A
 * sub-room that is not in the table may not exist.
 */
export const subRoomArrows: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  kombu: { '.': [], json: ['.'], compression: ['.'], repr: ['.'], serializers: ['.', 'json'] },
  store: { '.': [], document: ['.'], memory: ['.', 'document'], dynamodb: ['.', 'document'] },
  history: { '.': [], memory: ['.'], dynamodb: ['.'] },
  transport: { '.': [], sqs: ['.'] },
  task: { client: ['girder'], girder: [], '.': ['client', 'girder'] },
  girder: {
    wire: [],
    files: [],
    http: ['wire'],
    client: ['http', 'files', 'wire'],
    transforms: ['client', 'files', 'wire'],
    jobs: ['transforms', 'client', 'http', 'files', 'wire'],
    extension: ['jobs', 'transforms', 'client', 'files', 'wire'],
    '.': ['extension', 'jobs', 'transforms', 'client', 'wire'],
  },
  canvas: { signatures: [], apply: ['signatures'], continuations: ['apply', 'signatures'] },
  scaffold: { '.': [], deployment: ['.'] },
  cli: { process: [], shared: ['process'], commands: ['shared'], '.': ['commands', 'shared'] },
};

/** The rooms of the packages that are released with the library, and for each the rooms of the same package that it may import. */
export const companions: Readonly<Record<string, Companion>> = {
  'girder-worker-dev': {
    arrows: {
      // Plugins to registry to bundle.
      build: {},
      // Emulators and a local Lambda, for `npm run dev` and tests.
      local: {},
      // Reads a deployed stack, and checks it.
      doctor: {},
      // The web page for operators, its server, and Flower's routes.
      dashboard: {},
      cli: { build: 'code', local: 'code', doctor: 'code', dashboard: 'code' },
      doors: { cli: 'code' },
    },
    subRoomArrows: {
      build: { plugins: [], registry: ['plugins'], packages: ['plugins'], bundle: ['registry', 'plugins', 'packages'] },
      local: { process: [], emulators: ['process'], lambda: ['emulators', 'process'], '.': ['emulators', 'lambda'] },
      doctor: { facts: [], checks: ['facts'], '.': ['checks', 'facts'] },
      dashboard: {
        page: ['.'],
        '.': ['page'],
        server: ['.', 'flower', 'metrics'],
        flower: ['.', 'server'],
        metrics: ['.', 'server'],
      },
      cli: { shared: [], commands: ['shared'] },
    },
  },
  'create-girder-worker-plugin': {
    arrows: { answers: {}, templates: { answers: 'code' }, doors: { answers: 'code', templates: 'code' } },
    subRoomArrows: {},
  },
};

export interface Companion {
  readonly arrows: typeof arrows;
  readonly subRoomArrows: typeof subRoomArrows;
}

/** Only files under these path prefixes may import these packages. */
export const reserved: Readonly<Record<string, readonly string[]>> = {
  '@aws-sdk/': ['store/dynamodb/', 'history/dynamodb/', 'transport/sqs/'],
  '@smithy/': ['aws/'],
  'node:worker_threads': ['execution/'],
};

/** The files that may ask Node for the time, for timers and for random values. */
export const placesOfTimeAndChance: readonly string[] = ['system/nodeSystem.ts'];

/** Rooms without any npm package but for types. */
export const selfContained: readonly string[] = ['system', 'task', 'registry', 'outcome', 'execution'];

/** Celery's and Kombu's own names, which other rooms know only in their TypeScript spelling; and the rooms that may use them. */
export const wireNames: readonly string[] = [
  ...['root_id', 'parent_id', 'group_id', 'group_index', 'task_id', 'argsrepr', 'kwargsrepr', 'ignore_result'],
  ...['replaced_task_nesting', 'stamped_headers', 'subtask_type', 'correlation_id', 'reply_to', 'delivery_mode'],
  ...['delivery_info', 'delivery_tag', 'routing_key', 'body_encoding'],
  ...['exc_type', 'exc_message', 'exc_module', 'date_done', 'celery-task-meta-'],
];
// A signature keeps Celery's own spelling: its fields are passed on unchanged.
export const roomsWithWireNames: readonly string[] = ['message', 'store', 'canvas'];

/** The rooms through which every message passes, and that know nothing of Girder. */
export const roomsWithoutGirder: readonly string[] = ['events', 'revocation', 'execution', 'store', 'dispatch'];

const open = '<!-- arrows: kept by test/architecture.test.ts -->';
const close = '<!-- /arrows -->';

/** The tables as they stand in ARCHITECTURE.md, with the markers around them. */
export function renderArrows(): string {
  const others = Object.entries(companions).flatMap(([name, tables]) => [
    '',
    `In \`packages/${name}/src\`:`,
    '',
    ...rowsOf(tables.arrows),
  ]);
  return [open, ...rowsOf(arrows), ...others, close].join('\n');
}

function rowsOf(table: typeof arrows): string[] {
  const rows = Object.entries(table).map(([room, targets]) => {
    const cells = Object.entries(targets).map(([target, kind]) => (kind === 'types' ? `${target} (types)` : target));
    return `| ${room} | ${cells.join(', ') || 'nothing'} |`;
  });
  return ['| room | may import |', '|---|---|', ...rows];
}

/** The part of a document that `renderArrows` is compared with; undefined where the markers are missing. */
export function arrowsIn(document: string): string | undefined {
  const from = document.indexOf(open);
  const to = document.indexOf(close);
  return from === -1 || to === -1 ? undefined : document.slice(from, to + close.length);
}
