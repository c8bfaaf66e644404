import { spawnSync } from 'node:child_process';

export { pythonVenv } from '../interop/pythonVenv.ts';
export { type DynamodbLocal, dynamodbLocal } from './dynamodb-local/dynamodbLocal.ts';

/** A tool that some tests need, but not the library. */
export interface Requirement {
  readonly name: string;
  /** Commands with their arguments. The requirement is met if all of them succeed. */
  readonly probes: readonly (readonly [command: string, ...commandArguments: string[]])[];
  readonly remedy: string;
}

const python: Requirement = {
  name: 'Python 3 with venv',
  probes: [['python3', '-c', 'import ensurepip, fcntl, sys, venv; assert sys.version_info >= (3, 9)']],
  remedy: 'Debian and Ubuntu: apt-get install python3 python3-venv.',
};

const java: Requirement = {
  name: 'a JDK of at least 17, and Maven',
  probes: [
    ['javac', '--release', '17', '-version'],
    ['mvn', '--version'],
  ],
  remedy: 'Debian and Ubuntu: apt-get install default-jdk-headless maven.',
};

const newerPython: Requirement = {
  name: 'Python 3.10 or newer with venv',
  probes: [['python3', '-c', 'import ensurepip, fcntl, sys, venv; assert sys.version_info >= (3, 10)']],
  remedy: python.remedy,
};

const redis: Requirement = {
  name: 'redis-server',
  probes: [['redis-server', '--version']],
  remedy: 'Debian and Ubuntu: apt-get install redis-server.',
};

/** The browser in which the tests open pages. */
export const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium';

const chromium: Requirement = {
  name: 'Chromium',
  probes: [[chromiumPath, '--version']],
  remedy: 'Debian: apt-get install chromium. Elsewhere, name the program in the variable CHROMIUM.',
};

/** Returns whether the tests in a browser can run: `describe.skipIf(!requireChromium())`. Throws like `isMet`. */
export function requireChromium(): boolean {
  return isMet(chromium);
}

/** Returns whether the tests with real Celery can run: `describe.skipIf(!requirePython())`. Throws like `isMet`. */
export function requirePython(): boolean {
  return isMet(python);
}

/** Returns whether the tests with DynamoDB Local can run: `describe.skipIf(!requireJava())`. Throws like `isMet`. */
export function requireJava(): boolean {
  return isMet(java);
}

/** Returns whether Celery's integration suite can run, whose pytest needs Python 3.10. Throws like `isMet`. */
export function requireCelerySuite(): boolean {
  return isMet(newerPython);
}

/** Returns whether MiniStack can run: `describe.skipIf(!requireMinistack())`. Throws like `isMet`. */
export function requireMinistack(): boolean {
  return isMet(newerPython);
}

/** Returns whether the tests with a real Girder can run: `describe.skipIf(!requireGirder())`. Throws like `isMet`. */
export function requireGirder(): boolean {
  return isMet(newerPython) && isMet(java);
}

/** Returns whether a real Flower can run, which watches Celery on Redis: `describe.skipIf(!requireFlower())`. Throws like `isMet`. */
export function requireFlower(): boolean {
  return isMet(newerPython) && isMet(redis);
}

/**
 * Returns whether a requirement is met. With `CI=true` or `GIRDER_WORKER_REQUIRE_ALL=1`, throws an Error if it is not met:
 * then the tests that need it fail instead of being skipped unnoticed.
 */
export function isMet({ name, probes, remedy }: Requirement, env: NodeJS.ProcessEnv = process.env): boolean {
  const met = probes.every(([command, ...commandArguments]) => spawnSync(command, commandArguments).status === 0);
  if (met) return true;
  if (env.CI === 'true' || env.GIRDER_WORKER_REQUIRE_ALL === '1') {
    throw new Error(`These tests need ${name}, and must not be skipped here. ${remedy}`);
  }
  return false;
}
