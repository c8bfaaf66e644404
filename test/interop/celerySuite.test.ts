import { beforeAll, describe, expect, test } from 'vitest';
import { requireCelerySuite } from '../support/requirements.ts';
import { excludedTests, notYet, sendNothing } from './celerySuite/excludedTests.ts';
import { collectSuite, runSuite, type SuiteReport } from './celerySuite/runSuite.ts';
import { type SuiteSource, suiteSource } from './celerySuite/suiteSource.ts';
import {
  failingTests,
  nameOf,
  nodeIdOf,
  passingTests,
  suiteParts,
  suiteSelection,
  suiteTests,
} from './celerySuite/suiteTests.ts';

/** More parts than cores, because a test waits for most of its time. Each part has a stack of its own. */
const parts = 4;
const minute = 60_000;

describe.skipIf(!requireCelerySuite())("Celery's integration suite", () => {
  let source: SuiteSource;
  const reports = new Map<string, SuiteReport>();

  beforeAll(async () => {
    source = await suiteSource();
    const failing = [...failingTests.keys()].map(nodeIdOf);
    const running = suiteParts(parts).map((tests) =>
      runSuite(source, { tests: tests.map(nodeIdOf), failing, timeoutMs: 14 * minute }),
    );
    for (const report of (await Promise.all(running)).flat()) reports.set(nameOf(report.nodeid), report);
  }, 16 * minute);

  describe('this worker passes', () => {
    test.each(passingTests)('%s', (name) => {
      const { outcome, text, workerLines } = reports.get(name)!;
      if (outcome !== 'passed') expect.fail(`${outcome}:\n${text}\nThe worker printed at the end:\n${workerLines}`);
    });
  });

  describe('this worker fails, for the listed reason', () => {
    test.each([...failingTests])('%s', (name, { reason }) => {
      const { outcome, text } = reports.get(name)!;
      if (outcome === 'missing') expect.fail(text);
      expect(outcome, `It passes now. Remove it from the list, which says: ${reason}`).not.toBe('passed');
    });
  });

  test('the tests that pass send tasks or commands to the worker, except those that are listed', () => {
    const silent = passingTests.filter((name) => reports.get(name)!.sent === 0);
    expect(silent).toEqual(sendNothing);
  });

  test('each test is in one part, and the slow ones exist', () => {
    expect(suiteParts(parts).flat().sort()).toEqual([...suiteTests].sort());
  });

  test(
    'the list of tests is complete',
    async () => {
      const collected = await collectSuite(source, suiteSelection);
      expect(collected.map(nameOf)).toEqual(suiteTests);
    },
    2 * minute,
  );

  test('each listed test exists, and is listed once', () => {
    const listed = [...excludedTests, ...notYet].flatMap(({ tests }) => tests);
    expect([...new Set(listed)]).toEqual(listed);
    expect(listed.filter((name) => !suiteTests.includes(name))).toEqual([]);
  });
});
