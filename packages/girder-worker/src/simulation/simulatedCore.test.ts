import { expect, test } from 'vitest';
import { createVirtualSystem } from '../system/virtualSystem.ts';
import { createSimulatedCore } from './simulatedCore.ts';

test('on one core, computations that run together take their times together', async () => {
  const system = createVirtualSystem();
  const startMs = system.now();
  const core = createSimulatedCore(system);
  const ended: Record<string, number> = {};
  const note = (name: string) => () => {
    ended[name] = system.now() - startMs;
  };
  core.compute(1000, note('a'));
  core.compute(3000, note('b'));
  core.compute(3000, note('stopped'))();
  await system.advance(10_000);
  core.compute(500, note('alone'));
  await system.advance(10_000);
  expect(ended).toEqual({ a: 2000, b: 4000, alone: 10_500 });
});
