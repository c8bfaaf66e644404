import { describe, expect, test } from 'vitest';
import { nodeSystem } from '../../packages/girder-worker/src/system/nodeSystem.ts';
import { repeat } from '../../packages/girder-worker/src/system/repeat.ts';
import type { System } from '../../packages/girder-worker/src/system/system.ts';
import { timeoutSignal, withTimeout } from '../../packages/girder-worker/src/system/timeouts.ts';
import { createVirtualSystem } from '../../packages/girder-worker/src/system/virtualSystem.ts';

/** A system, and how its time passes: by itself, or because the test says so. */
interface SystemUnderTest {
  readonly system: System;
  pass(ms: number): Promise<void>;
}

function describeSystem(name: string, create: () => SystemUnderTest): void {
  describe(name, () => {
    test('tells a time that grows by as much as was waited', async () => {
      const { system, pass } = create();
      const startMs = system.now();
      await Promise.all([system.sleep(20), pass(25)]);
      expect(system.now() - startMs).toBeGreaterThanOrEqual(19); // Timers of Node may fire up to 1 ms early.
    });

    test('resolves sleeps in the order in which they are due', async () => {
      const { system, pass } = create();
      const order: number[] = [];
      const sleeps = [30, 10, 20].map((ms) => system.sleep(ms).then(() => order.push(ms)));
      await pass(40);
      await Promise.all(sleeps);
      expect(order).toEqual([10, 20, 30]);
    });

    test('ends a sleep with false when its signal is aborted, before or during it', async () => {
      const { system } = create();
      const controller = new AbortController();
      const slept = system.sleep(60_000, controller.signal);
      controller.abort();
      expect(await slept).toBe(false);
      expect(await system.sleep(60_000, controller.signal)).toBe(false);
    });

    test('never fires a timer that was cancelled', async () => {
      const { system, pass } = create();
      const fired: string[] = [];
      const cancel = system.startTimer(() => fired.push('cancelled'), 10);
      system.startTimer(() => fired.push('other'), 15);
      cancel();
      await pass(30);
      expect(fired).toEqual(['other']);
    });

    test('gives random UUIDs of version 4, no two alike, and random numbers below 1', () => {
      const { system } = create();
      const ids = Array.from({ length: 50 }, () => system.randomUUID());
      expect(new Set(ids).size).toBe(50);
      for (const id of ids) expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
      const numbers = Array.from({ length: 50 }, () => system.random());
      expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    });

    test('repeats an action a period after it has ended, and stops when the running one has ended', async () => {
      const { system, pass } = create();
      let begun = 0;
      const release = Promise.withResolvers<void>();
      const stop = repeat(system, 5, async () => {
        begun += 1;
        if (begun === 2) await release.promise;
      });
      await pass(60);
      expect(begun).toBe(2); // The second has not ended, so that no third begins.
      let isStopped = false;
      const stopped = stop().then(() => {
        isStopped = true;
      });
      await pass(5);
      expect(isStopped).toBe(false);
      release.resolve();
      await stopped;
      await pass(20);
      expect(begun).toBe(2);
    });

    test('rejects what takes too long, and aborts signals in time', async () => {
      const { system, pass } = create();
      const late = withTimeout(system, 10, new Promise(() => undefined), () => new Error('too late'));
      const rejection = expect(late).rejects.toThrow('too late');
      const signal = timeoutSignal(system, 10);
      await pass(30);
      await rejection;
      expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
      expect(await withTimeout(system, 10, Promise.resolve('in time'), () => new Error())).toBe('in time');
    });
  });
}

describeSystem('the system of Node', () => ({
  system: nodeSystem,
  pass: async (ms) => void (await nodeSystem.sleep(ms)),
}));

describeSystem('a virtual system', () => {
  const system = createVirtualSystem();
  return { system, pass: (ms) => system.advance(ms) };
});

test('a virtual system gives the same values for the same seed, and others for another', () => {
  const valuesOf = (seed: number) => {
    const system = createVirtualSystem({ seed });
    return [system.randomUUID(), system.random(), system.random()];
  };
  expect(valuesOf(7)).toEqual(valuesOf(7));
  expect(valuesOf(7)).not.toEqual(valuesOf(8));
});

test('days pass in a virtual system within milliseconds', async () => {
  const system = createVirtualSystem({ startMs: 0 });
  const slept = system.sleep(14 * 86_400_000);
  await system.advance(14 * 86_400_000);
  expect(await slept).toBe(true);
  expect(system.now()).toBe(14 * 86_400_000);
});
