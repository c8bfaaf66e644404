import { suiteDifferences } from './celerySuite/suiteDocument.ts';
import { type AcceptedDifference, acceptedDifferences, byDesign, onlyOurs } from './differences.ts';
import { latestCelery } from './versions.ts';

/** A send of the differential test, which goes to both workers. */
export interface Send {
  readonly name: string;
  readonly sentence: string;
}

const head = `# Differences from Celery

After this page you can tell where the items that this worker stores in DynamoDB differ from those of Celery's worker, and
why.

\`test/interop/differential.test.ts\` sends the same tasks to a worker of Celery ${latestCelery} (pool \`solo\`) and to this worker,
with the same unmodified client. It compares the stored items field by field, except times, ids, hosts and the text of
tracebacks. The test fails if it finds a difference that is not on this page, or if a difference on this page no longer
exists. This page is generated: \`UPDATE_DOCS=1 npx vitest run test/interop/differential.test.ts\` writes it from
\`test/interop/differences.ts\`.

[compatibility.md](compatibility.md) lists what works with which version of Celery. [wire-format.md](wire-format.md) §3
describes all stored items. [tasks.md](tasks.md) describes how tasks run here.
`;

/** Returns the text of docs/celery-differences.md. */
export function differencesDocument(sends: readonly Send[], sentenceOf: (scenario: string) => string): string {
  const isAttribute = ({ fields }: AcceptedDifference) => fields.every((field) => field.startsWith('attribute '));
  return [
    head,
    '## Stored results\n',
    "| Field | Sent | Celery's worker | This worker | Reason |",
    '|---|---|---|---|---|',
    ...acceptedDifferences
      .filter((difference) => !isAttribute(difference))
      .map((difference) =>
        row(nameOf(difference), sendsOf(difference, sends), difference.celery, difference.ours, difference.reason),
      ),
    '\n## Attributes of the item\n',
    "Celery's clients read `id`, `result` and `timestamp`, and ignore all other attributes. A revoked task and the counter of a chord have further attributes: [wire-format.md](wire-format.md) §3.\n",
    "| Attribute | Celery's worker | This worker | Reason |",
    '|---|---|---|---|',
    ...acceptedDifferences
      .filter(isAttribute)
      .map((difference) => row(nameOf(difference), difference.celery, difference.ours, difference.reason)),
    '\n## Behaviour\n',
    "| Case | Celery's worker | This worker | What to do instead |",
    '|---|---|---|---|',
    ...byDesign.map(({ what, celery, ours, instead }) => row(what, celery, ours, instead)),
    '\n## Scenarios that only this worker supports\n',
    "These scenarios succeed with this worker and fail with Celery's worker on the emulators. The test checks both.\n",
    "| Scenario | Celery's worker |",
    '|---|---|',
    ...onlyOurs.map(({ scenario, celery }) => row(sentenceOf(scenario), celery)),
    suiteDifferences(),
    '\n## Tasks that the test sends\n',
    ...sends.map(({ sentence }) => `- ${sentence}`),
    '',
  ].join('\n');
}

function nameOf({ fields }: AcceptedDifference): string {
  return fields
    .map((field) => (field === 'item' ? 'the whole item' : `\`${field.replace('attribute ', '')}\``))
    .join(', ');
}

function sendsOf({ sends: names }: AcceptedDifference, sends: readonly Send[]): string {
  if (names === 'any') return 'any task';
  return names.map((name) => sends.find((send) => send.name === name)?.sentence ?? name).join('; ');
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
