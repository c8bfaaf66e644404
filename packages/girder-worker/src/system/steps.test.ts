import { expect, test } from 'vitest';
import { duringTurns } from './fixtures/duringTurns.ts';
import { mapInSteps, runSteps, runStepsInTurns, type Steps } from './steps.ts';

function* double(value: number): Steps<number> {
  yield;
  return 2 * value;
}

test('steps that are run at once, and in turns of the event loop, have the same result', async () => {
  const values = Array.from({ length: 1000 }, (_, i) => i);
  const doubled = values.map((value) => 2 * value);
  expect(runSteps(mapInSteps(values, double))).toEqual(doubled);
  expect(await runStepsInTurns(mapInSteps(values, double))).toEqual(doubled);
});

test('between parts of the steps the event loop turns', async () => {
  let turns = 0;
  const values = Array.from({ length: 2000 }, (_, i) => i);
  const count = () => {
    turns += 1;
  };
  await duringTurns(count, () => runStepsInTurns(mapInSteps(values, double)));
  expect(turns).toBeGreaterThanOrEqual(9);
});

test('an error of a step is thrown to the one who runs the steps', async () => {
  const fails = (): Steps<never> =>
    (function* () {
      yield;
      throw new Error('no');
    })();
  expect(() => runSteps(fails())).toThrow('no');
  await expect(runStepsInTurns(fails())).rejects.toThrow('no');
});
