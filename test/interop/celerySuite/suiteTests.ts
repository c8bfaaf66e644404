import { readFileSync } from 'node:fs';
import { type ExcludedTests, excludedTests, notYet } from './excludedTests.ts';

/** Where the source distribution contains the suite. */
const suiteFolder = 't/integration/';

/** The files of the suite that run, and single tests of other files. `excludedFiles` gives the reasons for the others. */
export const suiteSelection: readonly string[] = [
  'test_beat.py',
  'test_canvas.py',
  'test_group_chains.py',
  'test_inspect.py',
  'test_tasks.py',
  'test_worker.py::test_pidbox_reset_after_repeated_control_errors',
].map(nodeIdOf);

/** The node ids of all tests of `suiteSelection`, without the folder: the file is what pytest collects. */
export const suiteTests: readonly string[] = readFileSync(new URL('tests.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter(Boolean);

/** Returns pytest's node id of a test or file that is named without the folder. */
export function nodeIdOf(name: string): string {
  return `${suiteFolder}${name}`;
}

/** Returns the name of the test with this node id: the id without the folder. */
export function nameOf(nodeId: string): string {
  return nodeId.replace(suiteFolder, '');
}

/** The tests that are expected to fail, each with the entry that lists it. */
export const failingTests: ReadonlyMap<string, ExcludedTests> = new Map(
  [...excludedTests, ...notYet].flatMap((entry) => entry.tests.map((name) => [name, entry] as const)),
);

/** The tests that are expected to pass. */
export const passingTests: readonly string[] = suiteTests.filter((name) => !failingTests.has(name));

/** The tests that take longest, the longest first: up to 25 seconds on an idle machine. */
const slowTests: readonly string[] = [
  'test_chord::test_disabling_flag_allow_error_cb_on_chord_header',
  'test_chord::test_enabling_flag_allow_error_cb_on_chord_header',
  'test_chord::test_chain_to_a_chord_with_large_header',
  'test_group::test_large_group',
  'test_chord::test_large_header',
  'test_chord::test_flag_allow_error_cb_on_chord_header_on_upgraded_chord',
].map((name) => `test_canvas.py::${name}`);

/** Divides the tests into parts that take about the same time. Each part has the slow ones first. */
export function suiteParts(count: number): string[][] {
  const others = suiteTests.filter((name) => !slowTests.includes(name));
  const ordered = [...slowTests, ...others];
  return Array.from({ length: count }, (_, part) => ordered.filter((_name, i) => i % count === part));
}
