import { expect, test } from 'vitest';
import { describeShrunk } from './describeShrunk.ts';
import { defaultFaults } from './faultKinds.ts';
import { faultIdOf } from './faultSource.ts';
import { shrink } from './shrink.ts';
import { type SimulationOptions, simulate } from './simulate.ts';

/** A store whose outcomes are not awaited: the message is acknowledged before its result is stored. */
const mutant: Pick<SimulationOptions, 'mutateStore'> = {
  mutateStore: (store) => ({
    ...store,
    async complete(claim, outcome, context) {
      void store.complete(claim, outcome, context).catch(() => undefined);
      return { kind: 'ok', outcome };
    },
  }),
};

test('a violation among many tasks is found again with one flow and few faults', async () => {
  const options = { tasks: 300, seed: 3, faults: { ...defaultFaults, death: 0.01 }, ...mutant };
  const report = await simulate(options);
  const [violation] = report.violations;
  expect(violation).toBeDefined();
  const progress: string[] = [];
  const shrunk = (await shrink(options, report, { maxRuns: 300, onProgress: (text) => progress.push(text) }))!;

  expect(shrunk.runs).toBeLessThanOrEqual(300);
  expect(progress.length).toBeGreaterThan(0);
  expect(shrunk.flows).toHaveLength(1);
  expect(shrunk.faults.length).toBeLessThanOrEqual(4);
  expect(shrunk.violation.invariant).toBe(violation!.invariant);
  expect(shrunk.history.some((line) => line.includes(`VIOLATION: ${violation!.invariant}`))).toBe(true);

  const again = await simulate(shrunk.options);
  expect(again.violations).toContainEqual(shrunk.violation);
  expect(again.happened.map(faultIdOf)).toEqual(shrunk.options.onlyFaults);
  const text = describeShrunk(shrunk);
  for (const part of [shrunk.flows[0]!, violation!.invariant, `--flows ${shrunk.options.flowSeeds![0]}`, '--only'])
    expect(text).toContain(part);
}, 120_000);

test('a report without violations has nothing to shrink', async () => {
  const options = { tasks: 20, seed: 1, faults: defaultFaults };
  expect(await shrink(options, { ...(await simulate(options)), violations: [] })).toBeUndefined();
});
