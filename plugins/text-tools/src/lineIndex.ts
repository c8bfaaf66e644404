import { setTimeout as pause } from 'node:timers/promises';
import { wordsOf } from './words.ts';

/** The line numbers of each word, from 1. */
export type LineIndex = Record<string, number[]>;

export interface Chunking {
  readonly linesPerChunk: number;
  /** The pause after each chunk in ms, which leaves the processor to other tasks. */
  readonly pauseMs: number;
}

/** Indexes lines in chunks. When the signal is aborted, also during a pause, returns the index of the chunks read so far. */
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
