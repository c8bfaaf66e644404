import type { Reporter, TestModule, TestSuite } from 'vitest/node';

export interface Summary {
  passed: number;
  failed: number;
  skipped: number;
}

/** Returns `N passed, N failed`, and `, N skipped` if there were skipped tests. */
export function summaryLine({ passed, failed, skipped }: Summary): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/**
 * Prints `N passed, N failed` as the last line of a run, after all output of Vitest.
 *
 * Every cause that makes a run fail counts as failed: a test, a file that could not be loaded, a hook, and an uncaught
 * error. A run that fails for another reason (`process.exit`, no test found) counts as one failure.
 */
export class SummaryReporter implements Reporter {
  #summary: Summary | undefined;

  onTestRunStart(): void {
    const isFirstRun = this.#summary === undefined;
    const summary = { passed: 0, failed: 0, skipped: 0 };
    this.#summary = summary;
    if (isFirstRun) process.once('exit', (code) => printLastLine(this.#summary ?? summary, code));
  }

  onTestRunEnd(modules: readonly TestModule[], uncaughtErrors: readonly unknown[]): void {
    this.#summary = summarize(modules, uncaughtErrors);
  }
}

function printLastLine(summary: Summary, exitCode: number): void {
  const failed = exitCode === 0 ? summary.failed : Math.max(1, summary.failed);
  process.stdout.write(`${summaryLine({ ...summary, failed })}\n`);
}

function summarize(modules: readonly TestModule[], uncaughtErrors: readonly unknown[]): Summary {
  const summary: Summary = { passed: 0, failed: uncaughtErrors.length, skipped: 0 };
  for (const module of modules) {
    summary.failed += failuresOutsideTests(module);
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      // A test that did not run because the run was interrupted has not passed.
      summary[state === 'pending' ? 'skipped' : state] += 1;
    }
  }
  return summary;
}

/** Returns the number of errors of the file itself and of the hooks of its suites. */
function failuresOutsideTests(module: TestModule): number {
  const suites: (TestModule | TestSuite)[] = [module, ...module.children.allSuites()];
  return suites.filter((suite) => suite.errors().length > 0).length;
}
