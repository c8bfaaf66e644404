import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTemporaryFolder } from '../../support/deployment.ts';
import type { SuiteSource } from './suiteSource.ts';
import { startSuiteStack } from './suiteStack.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

/** The outcome of a test of the suite: a line that `suite_plugin.py` writes. */
export interface SuiteReport {
  readonly nodeid: string;
  /** `xfailed`: the suite expects it to fail, and it failed. `missing`: pytest ended before it. */
  readonly outcome: 'passed' | 'failed' | 'skipped' | 'xfailed' | 'missing';
  /** The number of messages and commands that the test sent to the worker. */
  readonly sent: number;
  readonly seconds: number;
  /** The traceback of a failed test, or the reason of a skipped one. */
  readonly text: string;
  /** What the worker had printed when the part of the suite ended, for a failed test. */
  readonly workerLines: string;
}

export interface SuitePart {
  /** The node ids of the tests that run. */
  readonly tests: readonly string[];
  /** The node ids of those that are expected to fail: they are not repeated as the suite's marker `flaky` says, and have less time. */
  readonly failing: readonly string[];
  /** After this time pytest is killed. Tests that have not run until then have no report. */
  readonly timeoutMs: number;
}

/** The settings that the suite takes for its app. */
const settings = {
  broker_transport_options: { region: 'us-east-1', is_secure: false, supports_fanout: true, wait_time_seconds: 1 },
};

/** Runs a part of the suite on a stack of its own. Resolves to a report for each test: a failure for those that have not run. */
export async function runSuite(source: SuiteSource, part: SuitePart): Promise<readonly SuiteReport[]> {
  using folder = createTemporaryFolder();
  await cp(source.folder, folder.root, { recursive: true });
  await writeFile(path.join(folder.root, 'integration-tests-config.json'), JSON.stringify(settings));
  const report = path.join(folder.root, 'report.jsonl');
  const selection = path.join(folder.root, 'selection.json');
  await writeFile(selection, JSON.stringify({ tests: part.tests, failing: part.failing }));
  await writeFile(report, '');
  const stack = await startSuiteStack();
  try {
    const files = new Set(part.tests.map((test) => test.split('::')[0]!));
    const env = { ...stack.env, SUITE_REPORT: report, SUITE_SELECTION: selection };
    const printed = await runPytest(source.python, [...files], { env, cwd: folder.root, timeoutMs: part.timeoutMs });
    const lines = (await readFile(report, 'utf8')).split('\n').filter(Boolean);
    const workerLines = stack.workerLines();
    const reports = lines.map((line): SuiteReport => ({ ...JSON.parse(line), workerLines }));
    const ended = new Set(reports.map(({ nodeid }) => nodeid));
    const text = `It did not run. pytest printed at the end:\n${printed.slice(-2000)}`;
    const missing = part.tests.filter((nodeid) => !ended.has(nodeid));
    return [
      ...reports,
      ...missing.map((nodeid) => ({ nodeid, outcome: 'missing', sent: 0, seconds: 0, text, workerLines }) as const),
    ];
  } finally {
    await stack.stop();
  }
}

/** Resolves to the node ids of all tests in these files. */
export async function collectSuite(source: SuiteSource, files: readonly string[]): Promise<string[]> {
  const env = { ...process.env, SUITE_NODE: 'none', TEST_BROKER: 'memory://', TEST_BACKEND: 'cache+memory://' };
  const printed = await runPytest(source.python, ['--collect-only', '--quiet', ...files], {
    ...{ env, cwd: source.folder, timeoutMs: 110_000 },
  });
  return printed.split('\n').filter((line) => line.startsWith('t/') && line.includes('::'));
}

interface PytestOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly timeoutMs: number;
}

/** Runs pytest with the plugin. Resolves to what it has printed, whatever its exit code is. */
async function runPytest(
  python: string,
  pytestArguments: readonly string[],
  { env, cwd, timeoutMs }: PytestOptions,
): Promise<string> {
  const plugins = ['celery.contrib.pytest', 'suite_plugin', 'no:cacheprovider'].flatMap((plugin) => ['-p', plugin]);
  // The plugin ends the process when its standard input ends, so that it ends with this process.
  const child = spawn(python, ['-m', 'pytest', ...plugins, ...pytestArguments], {
    ...{ cwd, timeout: timeoutMs, killSignal: 'SIGKILL', stdio: ['pipe', 'pipe', 'pipe'] },
    env: { ...env, PYTHONPATH: here, PYTHONDONTWRITEBYTECODE: '1' },
  });
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => printed.push(text));
  await once(child, 'close');
  return printed.join('');
}
