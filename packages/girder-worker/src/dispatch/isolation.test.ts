import { expect, test } from 'vitest';
import { createVirtualSystem } from '../system/virtualSystem.ts';
import { createIsolation } from './isolation.ts';

/** Actions that note their start, and end when the test says so. */
function isolationUnderTest() {
  const system = createVirtualSystem();
  const { beside, alone } = createIsolation(system);
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const action = (name: string) => () => {
    started.push(name);
    return new Promise<void>((resolve) => ends.set(name, resolve));
  };
  return {
    started,
    beside: (name: string) => void beside(action(name)),
    alone: (name: string) => void alone(1000, action(name)),
    end: (name: string) => ends.get(name)!(),
    pass: (ms = 0) => system.advance(ms),
  };
}

test('an action that runs alone waits for those beside it, and the next such action for its end', async () => {
  const { started, beside, alone, end, pass } = isolationUnderTest();
  beside('a');
  beside('b');
  await pass();
  alone('x');
  alone('y');
  await pass(10);
  expect(started).toEqual(['a', 'b']);
  end('a');
  end('b');
  await pass(10);
  expect(started).toEqual(['a', 'b', 'x']);
  end('x');
  await pass(10);
  expect(started).toEqual(['a', 'b', 'x', 'y']);
});

test('an action that begins while another has its turn alone waits for the end of the turn', async () => {
  const { started, beside, alone, end, pass } = isolationUnderTest();
  alone('x');
  await pass();
  beside('a');
  await pass(10);
  expect(started).toEqual(['x']);
  end('x');
  await pass();
  expect(started).toEqual(['x', 'a']);
});

test('no wait is longer than a turn: neither for actions beside it nor for a turn that does not end', async () => {
  const { started, beside, alone, pass } = isolationUnderTest();
  beside('a');
  await pass();
  alone('x');
  alone('y');
  await pass(999);
  expect(started).toEqual(['a']);
  await pass(1);
  expect(started).toEqual(['a', 'x']);
  await pass(2000);
  expect(started).toEqual(['a', 'x', 'y']);
});

test('a failed action ends its turn', async () => {
  const { alone } = createIsolation(createVirtualSystem());
  const failed = alone(1000, () => Promise.reject(new Error('no')));
  const next = alone(1000, async () => 'next');
  await expect(failed).rejects.toThrow('no');
  expect(await next).toBe('next');
});

test('turns are awaited from the first request until the last of them has ended, also if an action goes on after its turn', async () => {
  const system = createVirtualSystem();
  const isolation = createIsolation(system);
  expect(isolation.isAwaited).toBe(false);
  void isolation.alone(1000, async () => undefined);
  void isolation.alone(1000, () => new Promise(() => undefined));
  expect(isolation.isAwaited).toBe(true);
  await system.advance(999);
  expect(isolation.isAwaited).toBe(true);
  await system.advance(2);
  expect(isolation.isAwaited).toBe(false);
});
