import { expectPart } from '../document.ts';
import { fieldDifferences, fieldNotes, workerDifferences } from './differences.ts';

export interface FlowerTables {
  /** The types that Flower's tasks have in a field. */
  readonly fields: Map<string, ReadonlySet<string>>;
  readonly requests: {
    readonly title: string;
    readonly flower: number;
    readonly ours: number;
    readonly difference: string | undefined;
  }[];
}

/** Fails if a table of docs/flower.md is not what the test has found. With UPDATE_DOCS=1, writes the tables instead. */
export function expectFlowerTables({ fields, requests }: FlowerTables): void {
  const fieldRows = [...fields].map(([name, types]) => {
    const listed = [...types].sort((a, b) => Number(a === 'null') - Number(b === 'null'));
    return [`\`${name}\``, listed.join(' or '), fieldDifferences[name]?.text ?? fieldNotes[name] ?? 'same'];
  });
  expectTable('fields', ['field', 'Flower', 'this'], fieldRows);
  const requestRows = requests.map(({ title, flower, ours, difference }) => {
    const status = flower === ours ? `${flower}` : `${flower}, here ${ours}`;
    return [`\`${title.replaceAll('|', '\\|')}\``, status, difference ?? 'same'];
  });
  expectTable('requests', ['request', 'status', 'this'], requestRows);
  const byText = Object.groupBy(Object.entries(workerDifferences), ([, difference]) => difference);
  const workerRows = Object.entries(byText).map(([difference, entries = []]) => [
    entries.map(([name]) => `\`${name}\``).join(', '),
    difference,
  ]);
  expectTable('workers', ['fields', 'this'], workerRows);
}

function expectTable(name: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  const text = [`<!-- ${name}: kept by test/interop/flower.test.ts -->`, ...lines, `<!-- /${name} -->`].join('\n');
  expectPart('flower.md', text);
}
