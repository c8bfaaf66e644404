import { expect, test } from 'vitest';
import { createTurns } from './turns.ts';

test('actions run one after another, also after one that fails, and immediates run in between', async () => {
  const inTurn = createTurns();
  const happened: string[] = [];
  const action = (name: string) => async () => {
    happened.push(`${name} starts`);
    setImmediate(() => happened.push('an immediate'));
    await Promise.resolve();
    happened.push(`${name} ends`);
    if (name === 'a') throw new Error('a fails');
    return name;
  };
  const results = await Promise.allSettled([inTurn(action('a')), inTurn(action('b'))]);
  expect(results).toMatchObject([{ status: 'rejected' }, { status: 'fulfilled', value: 'b' }]);
  expect(happened.slice(0, 5)).toEqual(['a starts', 'a ends', 'an immediate', 'b starts', 'b ends']);
});
