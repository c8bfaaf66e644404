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

/** Returns the list without the folder of the suite. */
export function nameOf(nodeId: string): string {
  return nodeId.replace(suiteFolder, '');
}

/** The tests that are expected to fail, each with the entry that lists it. */
export const failingTests: ReadonlyMap<string, ExcludedTests> = new Map(
  [...excludedTests, ...notYet].flatMap((entry) => entry.tests.map((name) => [name, entry] as const)),
);

/** The tests that are expected to pass. */
export const passingTests: readonly string[] = suiteTests.filter((name) => !failingTests.has(name));
