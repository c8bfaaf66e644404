import { type ExcludedTests, excludedFiles, excludedTests, notYet, sendNothing } from './excludedTests.ts';
import { suiteVersion } from './suiteSource.ts';
import { nodeIdOf, passingTests, suiteTests } from './suiteTests.ts';

/** The part of docs/compatibility.md about Celery's integration suite. `celerySuite.test.ts` checks what it states. */
export function suiteSection(): string {
  const groups = [
    ['The suite itself skips them, or expects them to fail', excludedTests.filter(({ kind }) => kind === 'suite')],
    [
      'They need more than a worker in a process of its own, SQS and DynamoDB, such as parts of Celery in Python or another result backend',
      excludedTests.filter(({ kind }) => kind === 'setup'),
    ],
    [
      'This worker differs from Celery on purpose: [celery-differences.md](celery-differences.md)',
      excludedTests.filter(({ kind }) => kind === 'difference'),
    ],
    ['This worker will pass them after a change that is planned', notYet],
  ] as const;
  return [
    "\n## Celery's own integration suite\n",
    `\`test/interop/celerySuite.test.ts\` runs tests of \`${nodeIdOf('')}\`, which the source distribution of Celery ${suiteVersion} contains,`,
    'unchanged against the long-running worker, with counterparts in TypeScript of the tasks that they send. Tests that record in',
    'Redis what has run use a small server of the Redis protocol; broker and result backend are SQS and DynamoDB. Of these tests',
    `**${passingTests.length} of ${suiteTests.length} pass**; ${sendNothing.length} of them test only the client, and send nothing to a worker. The others, each with its reason in`,
    '`test/interop/celerySuite/excludedTests.ts`:\n',
    '| Tests | Why they do not pass |',
    '|---:|---|',
    ...groups.filter(([, list]) => list.length > 0).map(([title, list]) => `| ${countOf(list)} | ${title} |`),
    '\nThese files of the suite do not run:\n',
    '| Files | Reason |',
    '|---|---|',
    ...excludedFiles.map(({ files, reason }) => `| ${files.map((file) => `\`${file}\``).join(', ')} | ${reason} |`),
  ].join('\n');
}

/** The part of docs/celery-differences.md about the suite. */
export function suiteDifferences(): string {
  const differences = [...excludedTests, ...notYet].filter(({ kind }) => kind === 'difference');
  return [
    "\n## Tests of Celery's integration suite\n",
    `These tests of \`${nodeIdOf('')}\` of Celery ${suiteVersion} fail with this worker. \`test/interop/celerySuite.test.ts\` checks it:`,
    '[compatibility.md](compatibility.md).\n',
    '| Test | Difference |',
    '|---|---|',
    ...differences.flatMap(({ reason, tests }) => `| ${tests.map(shortName).join(', ')} | ${reason} |`),
  ].join('\n');
}

function countOf(list: readonly ExcludedTests[]): number {
  return list.flatMap(({ tests }) => tests).length;
}

/** The name of a test without its file and class. */
function shortName(name: string): string {
  return `\`${name.replace(/^.*::/, '')}\``;
}
