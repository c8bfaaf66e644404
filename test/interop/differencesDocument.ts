import { type AcceptedDifference, acceptedDifferences, onlyOurs } from './differences.ts';
import { latestCelery } from './versions.ts';

/** Something that the differential check sends to both workers. */
export interface Send {
  readonly name: string;
  readonly sentence: string;
}

const head = `# What is stored differently from Celery

A worker of Celery ${latestCelery} (pool \`solo\`) and this one are sent the same, by the same unmodified client, and what
they store in DynamoDB is compared field by field; only times, ids, hosts and the text of tracebacks are left aside. What
differs is here, with its reason: \`test/interop/differential.test.ts\` fails where it finds anything else, and where
something here is not so any more. \`UPDATE_DOCS=1\` writes this file from \`test/interop/differences.ts\`.

What works with which version of Celery: [compatibility.md](compatibility.md).
`;

/** The text of docs/celery-differences.md. */
export function differencesDocument(sends: readonly Send[], sentenceOf: (scenario: string) => string): string {
  const isAttribute = ({ fields }: AcceptedDifference) => fields.every((field) => field.startsWith('attribute '));
  return [
    head,
    '## In stored results\n',
    '| Field | Of | Celery | Girder Worker | Why |',
    '|---|---|---|---|---|',
    ...acceptedDifferences
      .filter((difference) => !isAttribute(difference))
      .map((difference) =>
        row(nameOf(difference), sendsOf(difference, sends), difference.celery, difference.ours, difference.reason),
      ),
    "\n## In the item's attributes\n",
    'Celery reads `id`, `result` and `timestamp`, and leaves alone what else an item has.\n',
    '| Attribute | Celery | Girder Worker | Why |',
    '|---|---|---|---|',
    ...acceptedDifferences
      .filter(isAttribute)
      .map((difference) => row(nameOf(difference), difference.celery, difference.ours, difference.reason)),
    '\n## What only this worker does\n',
    'Scenarios that hold here and fail with a worker of Celery on the same queue and table; both are checked.\n',
    "| Scenario | Celery's own worker |",
    '|---|---|',
    ...onlyOurs.map(({ scenario, celery }) => row(sentenceOf(scenario), celery)),
    '\n## What was compared\n',
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
  if (names === 'any') return 'anything';
  return names.map((name) => sends.find((send) => send.name === name)?.sentence ?? name).join('; ');
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
