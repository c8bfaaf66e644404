import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pythonVenv, requirePython } from '../support/requirements.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { compatibilityTable } from './compatibility.ts';
import { expectDocument } from './document.ts';
import { PythonSessions, pythonEnvironment } from './pythonSession.ts';
import { type FurtherQueues, serveFurtherQueues } from './queues.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { celeryVersions } from './versions.ts';

/** Remote control reports on the whole worker, so its scenarios run on a stack of their own: `control.test.ts`. */
const files = new Map([...scenarios()].filter(([file]) => file !== 'control'));

/** More sessions than cores, because a scenario waits for most of its time. */
const sessionsAtOnce = 5;

describe.skipIf(!requirePython())('with an unmodified client', () => {
  let stack: Stack;
  let queues: FurtherQueues;
  const passed = new Map<string, Set<string>>(celeryVersions.map((version) => [version, new Set()]));
  let ended = 0;

  beforeAll(async () => {
    stack = await startStack({ plugins: ['gwexample', 'labtasks'] });
    queues = await serveFurtherQueues(stack);
  }, 120_000);

  afterAll(async () => {
    await queues?.stop();
    await stack?.stop();
  });

  describe.each(celeryVersions)('of Celery %s', (version) => {
    let python: PythonSessions;

    beforeAll(async () => {
      python = new PythonSessions(
        sessionsAtOnce,
        await pythonVenv(version),
        pythonEnvironment(stack.env, stack.emulators),
      );
    }, 300_000);

    afterAll(() => python?.end());

    describe.concurrent.each([...files])('%s', (_file, list) => {
      test.concurrent.each(list.map((scenario) => [scenario.sentence, scenario] as const))(
        '%s',
        (_sentence, scenario) => run(scenario),
        120_000,
      );
    });

    async function run(scenario: Scenario): Promise<void> {
      const printed = stack.lines.length;
      await python
        .run(scenario)
        .then(() => passed.get(version)?.add(scenario.name))
        .catch((error: unknown) => {
          expect.fail(`${error}\nThe dispatcher printed:\n${stack.lines.slice(printed).slice(-60).join('\n')}`);
        })
        .finally(() => {
          ended += 1;
        });
    }
  });

  test('docs/compatibility.md is up to date', ({ skip }) => {
    const all = [...files.values()].flat().length * celeryVersions.length;
    skip(ended < all, 'not all scenarios have run');
    expectDocument('compatibility.md', compatibilityTable(files, passed));
  });
});
