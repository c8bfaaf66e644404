/**
 * Runs the benchmarks: `npm run bench [-- SUBJECT...] [--quick]`. Prints tables. Without --quick, it also writes
 * `bench/results/<subject>.json` and the tables of docs/performance.md.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { awsCalls } from './awsCalls.ts';
import { batchWrites } from './batchWrites.ts';
import { bullmq } from './bullmq.ts';
import { bundle } from './bundle.ts';
import { dashboard } from './dashboard.ts';
import { endToEnd } from './endToEnd.ts';
import { executor } from './executor.ts';
import { girder } from './girder.ts';
import { growth } from './growth.ts';
import { history } from './history.ts';
import { load } from './load.ts';
import { memory } from './memory.ts';
import { messageCost } from './messageCost.ts';
import { revocation } from './revocation.ts';
import { updateDocument } from './support/document.ts';
import { describeMachine } from './support/machine.ts';
import type { BenchOptions, Subject } from './support/subject.ts';
import { tableOf } from './support/table.ts';
import { traces } from './traces.ts';
import { worker } from './worker.ts';

const subjects: readonly Subject[] = [
  executor,
  endToEnd,
  worker,
  batchWrites,
  bullmq,
  bundle,
  revocation,
  awsCalls,
  memory,
  messageCost,
  girder,
  growth,
  load,
  history,
  dashboard,
  traces,
];
const results = new URL('./results/', import.meta.url);

async function run(subject: Subject, options: BenchOptions): Promise<void> {
  console.log(`\n${subject.name}: ${subject.title}`);
  const reason = subject.unavailable?.();
  if (reason !== undefined) {
    console.log(`  skipped: ${reason}`);
    return;
  }
  const machine = describeMachine();
  const { figures, notes = [] } = await subject.measure(options);
  console.log(`\n${tableOf(figures)}`);
  for (const note of notes) console.log(`  ${note}`);
  if (options.quick) return;
  const document = { subject: subject.name, title: subject.title, machine, figures, notes };
  mkdirSync(results, { recursive: true });
  writeFileSync(fileOf(subject), `${JSON.stringify(document, null, 2)}\n`);
}

function fileOf({ name }: Subject): URL {
  return new URL(`${name}.json`, results);
}

function chosen(names: readonly string[]): readonly Subject[] {
  const known = subjects.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`There is no subject ${unknown.join(', ')}. Use ${known.join(', ')}.`);
  return names.length === 0 ? subjects : subjects.filter(({ name }) => names.includes(name));
}

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const { processor, cores, node } = describeMachine();
console.log(`${processor}, ${cores} cores, Node ${node}`);
for (const subject of chosen(positionals)) await run(subject, { quick: values.quick });
if (!values.quick) updateDocument(subjects.map(fileOf));
