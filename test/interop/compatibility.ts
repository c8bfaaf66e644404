import { type Scenario, titleOf } from './scenarios.ts';

/** What a run of the suite came to: per version of Celery, the names of the scenarios that hold. */
export type Holding = ReadonlyMap<string, ReadonlySet<string>>;

const head = `# Compatibility with Celery

Real clients of Celery, each in a virtual environment of its own, send to this worker and read its results. Nothing in
them is changed: a scenario is a function in \`test/interop/scenarios\`, and what it says here is what it asserts.

Written by the suite: \`UPDATE_DOCS=1 npx vitest run test/interop/celery.test.ts\`. Without the variable the suite fails
where this file says something else. What is stored differently, and why: [celery-differences.md](celery-differences.md).
`;

/** The table of docs/compatibility.md. */
export function compatibilityTable(files: ReadonlyMap<string, readonly Scenario[]>, holding: Holding): string {
  const versions = [...holding.keys()];
  const row = (label: string, cellOf: (holds: ReadonlySet<string>) => string) =>
    `| ${[label, ...versions.map((version) => cellOf(holding.get(version) ?? new Set()))].join(' | ')} |`;
  const headRows = (label: string) => [
    `| ${[label, ...versions.map((version) => `Celery ${version}`)].join(' | ')} |`,
    `|---|${versions.map(() => ':---:|').join('')}`,
  ];
  const summary = [...files].map(([file, list]) =>
    row(`[${titleOf(file)}](#${anchorOf(titleOf(file))})`, (holds) => countOf(list, holds)),
  );
  const sections = [...files].map(([file, list]) => [
    `\n## ${titleOf(file)}\n`,
    ...headRows('Scenario'),
    ...list.map(({ name, sentence }) =>
      row(sentence.replaceAll('|', '\\|'), (holds) => (holds.has(name) ? 'yes' : '**no**')),
    ),
  ]);
  return [head, ...headRows('Scenarios that hold'), ...summary, ...sections.flat(), ''].join('\n');
}

function countOf(list: readonly Scenario[], holds: ReadonlySet<string>): string {
  return `${list.filter(({ name }) => holds.has(name)).length} of ${list.length}`;
}

/** The anchor that GitHub gives a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replaceAll(' ', '-');
}
