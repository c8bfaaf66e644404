import { arch, release, type } from 'node:os';
import { maskPassword } from '../../connections/maskPassword.ts';
import type { System } from '../../system/system.ts';
import { version } from './version.ts';

/** The contents of the banner that concern the program and the machine. */
export interface HostFacts {
  /** The version of girder-worker. */
  readonly version: string;
  /** Such as `Linux-6.1.0-x64-node-24.0.0`. */
  readonly platform: string;
  readonly startedAt: Date;
}

/** The contents of the banner of a worker. */
export interface BannerFacts extends HostFacts {
  /** The name of the worker, such as `girder-worker@host`. */
  readonly node: string;
  /** The URL of the broker, in Celery's form. The banner masks its password. */
  readonly transport: string;
  /** The URL of the result backend, in Celery's form. The banner masks its password. */
  readonly results: string;
  /** Such as "4 (threads)". */
  readonly concurrency: string;
  /** Names of the Celery queues. */
  readonly queues: readonly string[];
  /** Names of the tasks. If undefined, the banner has no section [tasks]. */
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

export function hostFacts(system: Pick<System, 'now'>): HostFacts {
  return {
    version,
    platform: `${type()}-${release()}-${arch()}-node-${process.versions.node}`,
    startedAt: new Date(system.now()),
  };
}

/** Returns the banner that a Celery worker prints on start with `-l info`. */
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

/** Local time in the form of Python: `2026-11-23 09:56:26`. */
function localTime(time: Date): string {
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19).replace('T', ' ');
}
