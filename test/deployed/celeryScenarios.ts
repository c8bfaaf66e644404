import { afterAll, beforeAll, expect, test } from 'vitest';
import { PythonSession, pythonEnvironment, scenarios } from '../interop/pythonSession.ts';
import { latestCelery } from '../interop/versions.ts';
import { pythonVenv } from '../support/requirements.ts';
import type { Target } from './target.ts';

/** The scenarios of test/interop that run on each target: one for each way in which a message passes through the stack. */
const names = [
  'basics.fibonacci_by_delay',
  'basics.fibonacci_by_kwargs',
  'basics.failure_builtin',
  'basics.unknown_task',
  'basics.ignored',
  'retries.countdown',
  'retries.redelivered',
  'canvas.long_chain',
  'chords.chorded',
  'revocation.revoke_computing',
  'revocation.revoke_before',
  // By the topic and the function `control`.
  'control.ping',
  'control.revoke_one',
  'control.stats',
];

/** Declares a test for each scenario, which a real Celery client runs. `target` returns what a hook has started before. */
export function testCeleryScenarios(target: () => Target): void {
  const sentences = new Map([...scenarios().values()].flat().map(({ name, sentence }) => [name, sentence]));
  let python: PythonSession;

  beforeAll(async () => {
    const env = { ...target().env, CONTROL_NODE: 'girder-worker@girder-worker-dev-dispatcher', LAB_TIMEOUT: '150' };
    python = new PythonSession(await pythonVenv(latestCelery), pythonEnvironment(env, target()));
  }, 300_000);
  afterAll(() => python?.end());

  test.each(names.map((name) => [sentences.get(name) ?? `unknown scenario ${name}`, name] as const))(
    'to a real Celery client: %s',
    async (_sentence, name) => {
      await python.run({ name }).catch((error: unknown) => {
        expect.fail(`${error}\nThe functions printed:\n${target().log().slice(-6000)}`);
      });
    },
    180_000,
  );
}
