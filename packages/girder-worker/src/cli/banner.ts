import { masked } from '../transport/brokerUrl.ts';

/** What the banner of a worker tells. */
export interface BannerFacts {
  readonly hostname: string;
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
  readonly tasks: readonly string[];
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
  const { hostname, version, platform, startedAt, transport, results, concurrency, queues, tasks } = facts;
  const lines = [
    `girder-worker@${hostname} v${version}`,
    '',
    `${platform} ${localTime(startedAt)}`,
    '',
    '[config]',
    '.> app:         girder_worker',
    `.> transport:   ${masked(transport)}`,
    `.> results:     ${masked(results)}`,
    `.> concurrency: ${concurrency}`,
    '.> task events: OFF',
    '',
    '[queues]',
    ...queues.map((queue) => `.> ${queue.padEnd(16)} exchange=${queue}(direct) key=${queue}`),
  ];
  const drawn = lines.map((line, index) => `${art[index] ?? ' '.repeat(15)} ${line}`.trimEnd());
  return [...drawn, '', '[tasks]', ...tasks.toSorted().map((task) => `  . ${task}`), ''].join('\n');
}

/** `2026-11-23 09:56:26`, as Python prints a time. */
function localTime(time: Date): string {
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19).replace('T', ' ');
}
