import { expect, test } from 'vitest';
import type { LambdaFunction } from './lambdaFunction.ts';
import { createReplaceableFunction } from './replaceableFunction.ts';

/** A function whose invocations end when the test ends them. */
function functionNamed(name: string, { loads = true } = {}) {
  const ends: (() => void)[] = [];
  const kills: string[] = [];
  const lambda: LambdaFunction = {
    warmUp: () => (loads ? Promise.resolve() : Promise.reject(new Error(`${name} cannot be loaded`))),
    invoke: () => new Promise((resolve) => ends.push(() => resolve(name))),
    kill: async () => void kills.push(name),
  };
  return { lambda, kills, end: () => ends.shift()?.() };
}

test('invocations after the replacement run the new code, and those before it end in the old code, which is then killed', async () => {
  const [one, two] = [functionNamed('one'), functionNamed('two')];
  const replaceable = createReplaceableFunction(one.lambda);
  const first = replaceable.invoke({});
  let isDrained = false;
  await replaceable.replace(two.lambda, () => {
    isDrained = true;
  });
  const second = replaceable.invoke({});
  two.end();
  expect(await second).toBe('two');
  expect([one.kills, isDrained]).toEqual([[], false]);
  one.end();
  expect(await first).toBe('one');
  await expect.poll(() => isDrained).toBe(true);
  expect([one.kills, two.kills]).toEqual([['one'], []]);
});

test('code that cannot be loaded changes nothing', async () => {
  const [one, broken] = [functionNamed('one'), functionNamed('broken', { loads: false })];
  const replaceable = createReplaceableFunction(one.lambda);
  await expect(replaceable.replace(broken.lambda)).rejects.toThrow('broken cannot be loaded');
  const invoked = replaceable.invoke({});
  one.end();
  expect(await invoked).toBe('one');
  expect([one.kills, broken.kills]).toEqual([[], ['broken']]);
});

test('kill ends all versions that still run', async () => {
  const [one, two] = [functionNamed('one'), functionNamed('two')];
  const replaceable = createReplaceableFunction(one.lambda);
  void replaceable.invoke({});
  await replaceable.replace(two.lambda);
  await replaceable.kill();
  expect([one.kills, two.kills]).toEqual([['one'], ['two']]);
});
