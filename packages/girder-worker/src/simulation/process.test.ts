import { expect, test } from 'vitest';
import { createVirtualSystem } from '../system/virtualSystem.ts';
import { createProcess } from './process.ts';

function processUnderTest() {
  const world = createVirtualSystem();
  const process = createProcess({ name: 'a', world, clockOffsetMs: 90_000 });
  const fired: string[] = [];
  const start = (name: string, ms: number) => process.system.startTimer(() => fired.push(name), ms);
  return { world, process, fired, start };
}

test('the timers of a frozen process fire when it thaws, in the order in which they were due', async () => {
  const { world, process, fired, start } = processUnderTest();
  start('second', 200);
  start('first', 100);
  start('later', 5000);
  const cancel = start('cancelled', 150);
  process.freeze();
  await world.advance(1000);
  expect(fired).toEqual([]);
  cancel();
  process.thaw();
  await world.advance(0);
  expect(fired).toEqual(['first', 'second']);
  await world.advance(4000);
  expect(fired).toEqual(['first', 'second', 'later']);
});

test('a dead process learns nothing any more, and its clock may be off', async () => {
  const { world, process, fired, start } = processUnderTest();
  expect(process.system.now()).toBe(world.now() + 90_000);
  start('first', 100);
  process.die();
  await world.advance(1000);
  expect(fired).toEqual([]);
  expect(process.isDead).toBe(true);
});
