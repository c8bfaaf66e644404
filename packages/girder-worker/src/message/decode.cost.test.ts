import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { DecodeError } from '../kombu/errors.ts';
import { decode } from './decode.ts';
import type { DecodingCost } from './fixtures/decodingCost.ts';
import type { FuzzResult } from './fixtures/fuzzDecoding.ts';
import { heavyMessages, longMessages } from './fixtures/heavyMessages.ts';

const script = fileURLToPath(new URL('fixtures/decodingCost.ts', import.meta.url));
const fuzzScript = fileURLToPath(new URL('fixtures/fuzzDecoding.ts', import.meta.url));

/** Measures in a process of its own, whose heap is too small for what a message must not take. */
async function costOf(name: string, part = 0.97): Promise<DecodingCost> {
  const limits = ['--no-warnings', '--max-old-space-size=200'];
  const { stdout } = await promisify(execFile)(process.execPath, [...limits, script, name, String(part)]);
  return JSON.parse(stdout) as DecodingCost;
}

/** Resolves to the name of the task in a message, or the code of the error. */
function outcomeOf(text: string): Promise<string> {
  return decode(text).then(
    ({ task }) => task,
    ({ code }: DecodeError) => code,
  );
}

describe('a message is refused if its values weigh more than the limit, and decoded if they weigh less', () => {
  test.each(Object.entries(heavyMessages))('%s', async (_, create) => {
    expect(await outcomeOf(create(0.97))).toBe('t');
    expect(await outcomeOf(create(1.03))).toBe('TOO_LARGE');
  });
});

// The promise is 250 ms on an idle core of Lambda (`npm run bench -- message-cost`). A busy machine takes several times as long, and a
// message without bounds many times.
describe('decoding the heaviest message of a kind blocks the event loop only for a moment, and takes less than 100 MB', () => {
  test.each([...Object.keys(heavyMessages), ...Object.keys(longMessages)])('%s', async (name) => {
    const { blockedMs, memoryMb } = await costOf(name);
    expect(blockedMs).toBeLessThan(2000);
    expect(memoryMb).toBeLessThan(100);
  });
});

test('large messages that arrive together are decoded one after another, and timers run in between', async () => {
  const text = heavyMessages['tagged datetimes']!(0.5);
  let ticks = 0;
  const timer = setInterval(() => {
    ticks += 1;
  }, 1);
  await Promise.all(Array.from({ length: 5 }, () => decode(text)));
  clearInterval(timer);
  expect(ticks).toBeGreaterThanOrEqual(4);
});

test('150 random messages near the limits are decoded or refused; none blocks the event loop for long, or takes much memory', async () => {
  const first = Math.floor(Math.random() * 1e6);
  const args = ['--no-warnings', '--max-old-space-size=300', fuzzScript, String(first), '150'];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { blockedMs, residentMb, outcomes, seed } = JSON.parse(stdout) as FuzzResult;
  expect(Object.keys(outcomes)).not.toContain('another error');
  expect(blockedMs, `the message of the seed ${seed}`).toBeLessThan(2000);
  expect(residentMb).toBeLessThan(700); // The texts of the messages, and what is not collected yet, are included.
}, 120_000);
