import { app } from 'girder-worker/app';
import type { Task } from 'girder-worker/utils';
import { type Chunking, indexInChunks, type LineIndex } from './lineIndex.ts';

/** Indexes a long text by lines, a chunk at a time. When it is revoked, it stops and gives what it has so far. */
export const indexLines = app.task(async function indexLines(
  this: Task,
  text: string,
  { linesPerChunk = 1000, pauseMs = 10 }: Partial<Chunking> = {},
): Promise<LineIndex> {
  const index = await indexInChunks(text.split('\n'), { linesPerChunk, pauseMs }, this.signal);
  if (this.canceled) this.log.info(`canceled with ${Object.keys(index).length} words in the index`);
  return index;
});
