import { app } from 'girder-worker/app';
import type { Task } from 'girder-worker/utils';
import { type Chunking, indexInChunks, type LineIndex } from './lineIndex.ts';

/** Returns an index of a long text, which is read in chunks of lines. A revoked task stops, and returns the index so far. */
export const indexLines = app.task(async function indexLines(
  this: Task,
  text: string,
  { linesPerChunk = 1000, pauseMs = 10 }: Partial<Chunking> = {},
): Promise<LineIndex> {
  const index = await indexInChunks(text.split('\n'), { linesPerChunk, pauseMs }, this.signal);
  if (this.canceled) this.log.info(`canceled with ${Object.keys(index).length} words in the index`);
  return index;
});
