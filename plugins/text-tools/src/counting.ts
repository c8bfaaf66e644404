import { app } from 'girder-worker/app';
import { wordsOf } from './words.ts';

/** Returns the number of words in a text. */
export const countWords = app.task(function countWords(text: string): number {
  return wordsOf(text).length;
});

/**
 * Returns the words with their counts, the most frequent first. Python passes the options as keyword arguments:
 * `app.send_task('gwexample.text_tools.counting.wordFrequencies', [text], {'minLength': 3, 'top': 10})`.
 */
export const wordFrequencies = app.task(function wordFrequencies(
  text: string,
  { minLength = 1, top = Number.POSITIVE_INFINITY }: { minLength?: number; top?: number } = {},
): [word: string, count: number][] {
  const counts = new Map<string, number>();
  for (const word of wordsOf(text)) {
    if (word.length >= minLength) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const byFrequency = [...counts].sort(([word, count], [other, more]) => more - count || (word < other ? -1 : 1));
  return byFrequency.slice(0, top);
});
