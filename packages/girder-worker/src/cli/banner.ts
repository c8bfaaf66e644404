import { maskPassword } from '../connections/brokerUrl.ts';

/** What the banner of a worker tells. */
export interface BannerFacts {
  /** The worker's name, such as `girder-worker@host`. */
  readonly node: string;
  readonly version: string;
  readonly platform: string;
  readonly startedAt: Date;
  /** Celery's URLs; their passwords are not shown. */
  readonly transport: string;
  readonly results: string;
  /** Such as "4 (threads)". */
  readonly concurrency: string;
  /** Names of the Celery queues. */
  readonly queues: readonly string[];
  /** Left out, the banner does not list them. */
  readonly tasks?: readonly string[] | undefined;
}

const art = [
  ' --------------',
  '--- ***** -----',
  '-- ******* ----',
  '- *** --- * ---',
  '- ** ----------',
  '- ** ----------',
  '- ** ----------',
  '- ** ----------',
  '- *** --- * ---',
  '-- ******* ----',
  '--- ***** -----',
  ' --------------',
];

/** The banner that a Celery worker prints when it starts with `-l info`, for this worker. */
export function renderBanner(facts: BannerFacts): string {
  const { node, version, platform, startedAt, transport, results, concurrency, queues, tasks } = facts;
  const lines = [
    `${node} v${version}`,
    '',
    `${platform} ${localTime(startedAt)}`,
    '',
    '[config]',
    '.> app:         girder_worker',
    `.> transport:   ${maskPassword(transport)}`,
    `.> results:     ${maskPassword(results)}`,
    `.> concurrency: ${concurrency}`,
    '.> task events: OFF',
    '',
    '[queues]',
    ...queues.map((queue) => `.> ${queue.padEnd(16)} exchange=${queue}(direct) key=${queue}`),
  ];
  const drawn = lines.map((line, index) => `${art[index] ?? ' '.repeat(15)} ${line}`.trimEnd());
  const listed = tasks && ['[tasks]', ...tasks.toSorted().map((task) => `  . ${task}`), ''];
  return [...drawn, '', ...(listed ?? [])].join('\n');
}

/** `2026-11-23 09:56:26`, as Python prints a time. */
function localTime(time: Date): string {
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19).replace('T', ' ');
}
