import { setTimeout as pause } from 'node:timers/promises';
import { wordsOf } from './words.ts';

/** Where each word occurs: the numbers of its lines, from 1. */
export type LineIndex = Record<string, number[]>;

export interface Chunking {
  readonly linesPerChunk: number;
  /** How long to leave the processor to others after each chunk. */
  readonly pauseMs: number;
}

/**
 * Indexes lines in chunks. Once the signal is aborted it stops, also in the middle of a pause, and gives the index of
 * the chunks that it has read.
 */
export async function indexInChunks(
  lines: readonly string[],
  { linesPerChunk, pauseMs }: Chunking,
  signal: AbortSignal,
): Promise<LineIndex> {
  const index = new Map<string, number[]>();
  for (let first = 0; first < lines.length && !signal.aborted; first += linesPerChunk) {
    for (const [offset, line] of lines.slice(first, first + linesPerChunk).entries()) {
      addLine(index, first + offset + 1, line);
    }
    await pauseUnlessAborted(pauseMs, signal);
  }
  return Object.fromEntries(index);
}

function addLine(index: Map<string, number[]>, number: number, line: string): void {
  for (const word of new Set(wordsOf(line))) {
    const numbers = index.get(word) ?? [];
    numbers.push(number);
    index.set(word, numbers);
  }
}

async function pauseUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
