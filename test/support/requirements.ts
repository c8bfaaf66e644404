import { spawnSync } from 'node:child_process';

export { pythonVenv } from '../interop/pythonVenv.ts';
export { type DynamodbLocal, dynamodbLocal } from './dynamodb-local/dynamodbLocal.ts';

/** Something on the machine that some tests need and the library does not. */
export interface Requirement {
  readonly name: string;
  /** Commands with their arguments, all of which succeed where the requirement is met. */
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

/** Whether the tests with real Celery can run: `describe.skipIf(!requirePython())`. Throws where they must. */
export function requirePython(): boolean {
  return isMet(python);
}

/** Whether the tests with DynamoDB Local can run: `describe.skipIf(!requireJava())`. Throws where they must. */
export function requireJava(): boolean {
  return isMet(java);
}

/**
 * Whether a requirement is met. With `CI=true` or `GIRDER_WORKER_REQUIRE_ALL=1` an unmet one throws: the tests that
 * need it then fail instead of being skipped, so that nothing stops being tested unnoticed.
 */
export function isMet({ name, probes, remedy }: Requirement, env: NodeJS.ProcessEnv = process.env): boolean {
  const met = probes.every(([command, ...commandArguments]) => spawnSync(command, commandArguments).status === 0);
  if (met) return true;
  if (env.CI === 'true' || env.GIRDER_WORKER_REQUIRE_ALL === '1') {
    throw new Error(`These tests need ${name}, and may not be skipped here. ${remedy}`);
  }
  return false;
}
