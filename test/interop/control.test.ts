import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pythonVenv, requirePython } from '../requirements.ts';
import { type Stack, startStack } from '../stack.ts';
import { PythonSession, scenarios } from './pythonSession.ts';

describe.skipIf(!requirePython())('remote control by a client of Celery 5.7.0', () => {
  let stack: Stack;
  let python: PythonSession;

  beforeAll(async () => {
    const [executable, started] = await Promise.all([
      pythonVenv('5.7.0'),
      startStack({ plugins: ['gwexample', 'labtasks'] }),
    ]);
    stack = started;
    const { sqsEndpoint, dynamodbEndpoint } = stack.emulators;
    python = new PythonSession(executable, {
      ...stack.env,
      SQS_PORT: new URL(sqsEndpoint).port,
      DYNAMODB_PORT: new URL(dynamodbEndpoint).port,
    });
  }, 300_000);

  afterAll(async () => {
    await python?.end();
    await stack?.stop();
  });

  const list = scenarios().get('control') ?? [];

  test.each(list.map((scenario) => [scenario.sentence, scenario] as const))(
    '%s',
    async (_sentence, scenario) => {
      await python.run(scenario).catch((error: unknown) => {
        expect.fail(`${error}\nThe functions printed:\n${stack.lines.slice(-40).join('\n')}`);
      });
    },
    60_000,
  );
});
