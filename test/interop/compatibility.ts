import { suiteSection } from './celerySuite/suiteDocument.ts';
import { type Scenario, titleOf } from './scenarios.ts';

/** The result of a run of the suite: for each version of Celery, the names of the scenarios that passed. */
export type PassedScenarios = ReadonlyMap<string, ReadonlySet<string>>;

const head = `# Compatibility with Celery

After this page you can tell which features of Celery's clients work with this worker, for each tested version of Celery.

Unmodified Celery clients, one virtual environment for each version, send tasks to this worker and read their results. Each
scenario is a function in \`test/interop/scenarios\`. The function asserts what the scenario's sentence says. "yes" means that
it passed.

This page is generated: \`UPDATE_DOCS=1 npx vitest run test/interop/celery.test.ts\` writes it. Without the variable, the test
fails if the page is out of date. [celery-differences.md](celery-differences.md) lists what this worker stores differently.
[remote-control.md](remote-control.md) describes revoke, ping and inspect, which \`test/interop/control.test.ts\` tests.
[Celery's own integration suite](#celerys-own-integration-suite) runs as well.
`;

/** Returns the text of docs/compatibility.md. */
export function compatibilityTable(files: ReadonlyMap<string, readonly Scenario[]>, passed: PassedScenarios): string {
  const versions = [...passed.keys()];
  const row = (label: string, cellOf: (passing: ReadonlySet<string>) => string) =>
    `| ${[label, ...versions.map((version) => cellOf(passed.get(version) ?? new Set()))].join(' | ')} |`;
  const headRows = (label: string) => [
    `| ${[label, ...versions.map((version) => `Celery ${version}`)].join(' | ')} |`,
    `|---|${versions.map(() => ':---:|').join('')}`,
  ];
  const summary = [...files].map(([file, list]) =>
    row(`[${titleOf(file)}](#${anchorOf(titleOf(file))})`, (passing) => countOf(list, passing)),
  );
  const sections = [...files].map(([file, list]) => [
    `\n## ${titleOf(file)}\n`,
    ...headRows('Scenario'),
    ...list.map(({ name, sentence }) =>
      row(sentence.replaceAll('|', '\\|'), (passing) => (passing.has(name) ? 'yes' : '**no**')),
    ),
  ]);
  return [head, ...headRows('Scenarios that passed'), ...summary, ...sections.flat(), suiteSection(), ''].join('\n');
}

function countOf(list: readonly Scenario[], passing: ReadonlySet<string>): string {
  return `${list.filter(({ name }) => passing.has(name)).length} of ${list.length}`;
}

/** The anchor that GitHub generates for a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replaceAll(' ', '-');
}
