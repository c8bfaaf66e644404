import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Machine } from './machine.ts';
import type { Figure } from './subject.ts';
import { shown } from './table.ts';

const document = new URL('../../docs/performance.md', import.meta.url);
const begin = '<!-- results -->';
const end = '<!-- /results -->';

interface Result {
  readonly title: string;
  readonly machine: Machine;
  readonly figures: readonly Figure[];
  readonly notes: readonly string[];
}

/** Writes the results in these files to docs/performance.md. */
export function updateDocument(files: readonly URL[]): void {
  const sections = files
    .filter((file) => existsSync(file))
    .map((file) => sectionOf(JSON.parse(readFileSync(file, 'utf8')) as Result));
  const text = readFileSync(document, 'utf8');
  const before = text.slice(0, text.indexOf(begin) + begin.length);
  const after = text.slice(text.indexOf(end));
  writeFileSync(document, `${before}\n${sections.join('\n')}${after}`);
}

function sectionOf({ title, machine, figures, notes }: Result): string {
  const rows = figures.map(({ name, unit, spread: { min, median, max, runs }, target = '' }) =>
    [name, unit, shown(min), shown(median), shown(max), String(runs), target].join(' | '),
  );
  return [
    `### ${title}`,
    '',
    '| | unit | min | median | max | runs | target |',
    '|---|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
    '',
    ...[
      ...notes,
      `${machine.processor}, ${machine.cores} cores, load ${machine.load.toFixed(1)}, Node ${machine.node}.`,
    ],
    '',
  ].join('\n');
}
