import { expect, test } from 'vitest';
import { indexLines } from './indexing.ts';
import { indexInChunks } from './lineIndex.ts';

test('indexLines returns the lines of each word, for any chunk size', async () => {
  const text = 'one two\ntwo two\nthree one';
  const index = { one: [1, 3], two: [1, 2], three: [3] };
  expect(await indexLines(text, { linesPerChunk: 1, pauseMs: 0 })).toEqual(index);
  expect(await indexLines(text, { linesPerChunk: 99, pauseMs: 0 })).toEqual(index);
});

test('indexInChunks stops during a pause when its signal is aborted, and returns the index so far', async () => {
  const controller = new AbortController();
  const anHourPerLine = { linesPerChunk: 1, pauseMs: 3_600_000 };
  const indexing = indexInChunks(['first', 'second'], anHourPerLine, controller.signal);
  controller.abort();
  expect(await indexing).toEqual({ first: [1] });
});

test('indexInChunks reads nothing if its signal is already aborted', async () => {
  expect(await indexInChunks(['first'], { linesPerChunk: 1, pauseMs: 0 }, AbortSignal.abort())).toEqual({});
});
