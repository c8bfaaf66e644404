import { expect, test } from 'vitest';
import { createVirtualSystem } from '../../system/virtualSystem.ts';
import type { Statement } from './statements.ts';
import { createWriteBatcher } from './writeBatcher.ts';

const statementOf = (key: string, text = 'UPDATE'): Statement => ({ key, text, parameters: [] });

/** A batcher on a server that makes the writes with keys other than `refused`. */
function batcherUnderTest(
  answer: (keys: string[]) => readonly boolean[] = (keys) => keys.map((key) => key !== 'refused'),
) {
  const system = createVirtualSystem();
  const requests: string[][] = [];
  const { write } = createWriteBatcher({
    async execute(statements) {
      const keys = statements.map(({ key }) => key);
      requests.push(keys);
      return answer(keys);
    },
    system,
  });
  return { requests, system, write };
}

test('writes that are due at the same time are one request, and each learns whether it was made', async () => {
  const { requests, write } = batcherUnderTest();
  const writes = ['a', 'refused', 'b'].map((key) => write(statementOf(key), 0));
  expect(await Promise.all(writes)).toEqual(['made', 'refused', 'made']);
  expect(requests).toEqual([['a', 'refused', 'b']]);
});

test('a write that stands alone is left to its caller, at once', async () => {
  const { requests, write } = batcherUnderTest();
  expect(await write(statementOf('a'), 0)).toBe('open');
  expect(requests).toEqual([]);
});

test('a write waits a few ms for the others that are likely to be due, until there are no others', async () => {
  const { requests, system, write } = batcherUnderTest();
  const first = write(statementOf('a'), 2);
  await system.advance(2);
  const second = write(statementOf('b'), 1);
  await system.advance(2);
  expect(requests).toEqual([]);
  expect(await Promise.all([first, second, write(statementOf('c'), 0)])).toEqual(['made', 'made', 'made']);
  expect(requests).toEqual([['a', 'b', 'c']]);
  const alone = write(statementOf('d'), 5);
  await system.advance(5);
  expect(await alone).toBe('open');
});

test('a request has at most 25 writes and 1 MiB', async () => {
  const { requests, write } = batcherUnderTest();
  const keys = Array.from({ length: 30 }, (_, index) => `key-${index}`);
  await Promise.all(keys.map((key) => write(statementOf(key), 0)));
  expect(requests.map(({ length }) => length)).toEqual([25, 5]);
  requests.length = 0;
  await Promise.all(['x', 'y', 'z'].map((key) => write(statementOf(key, 'x'.repeat(400 * 1024)), 0)));
  expect(requests).toEqual([['x', 'y']]);
});

test('a second write of an item is left to its caller while the first is under way', async () => {
  const { requests, write } = batcherUnderTest();
  const keys = ['a', 'b', 'a'];
  expect(await Promise.all(keys.map((key) => write(statementOf(key), 0)))).toEqual(['made', 'made', 'open']);
  expect(requests).toEqual([['a', 'b']]);
  expect(await Promise.all(['a', 'b'].map((key) => write(statementOf(key), 0)))).toEqual(['made', 'made']);
});

test.each(['UnknownOperationException', 'AccessDeniedException'])(
  'a server that answers %s is not asked again',
  async (name) => {
    const { requests, write } = batcherUnderTest(() => {
      throw Object.assign(new Error('no'), { name });
    });
    for (let round = 0; round < 2; round++)
      expect(await Promise.all(['a', 'b'].map((key) => write(statementOf(key), 0)))).toEqual(['open', 'open']);
    expect(requests).toHaveLength(1);
  },
);

test('after a request that failed for another reason, its writes are left to their callers, and the next are tried', async () => {
  const { requests, write } = batcherUnderTest(() => {
    throw Object.assign(new Error('busy'), { name: 'ThrottlingException' });
  });
  for (let round = 0; round < 2; round++)
    expect(await Promise.all(['a', 'b'].map((key) => write(statementOf(key), 0)))).toEqual(['open', 'open']);
  expect(requests).toHaveLength(2);
});
