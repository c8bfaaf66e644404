import { describe, expect, test } from 'vitest';
import { countWords, wordFrequencies } from './counting.ts';

describe('countWords', () => {
  test('counts a word with an apostrophe, and one in any script, as one', () => {
    expect(countWords("Don't panic, Ελλάδα!")).toBe(3);
  });

  test('finds no words in a text of punctuation', () => {
    expect(countWords(' … — ')).toBe(0);
  });
});

describe('wordFrequencies', () => {
  const text = 'The cat saw the dog, and the dog ran.';

  test('lists the most frequent word first, and words that are as frequent by the alphabet', () => {
    expect(wordFrequencies(text).slice(0, 3)).toEqual([
      ['the', 3],
      ['dog', 2],
      ['and', 1],
    ]);
  });

  test('leaves out words shorter than minLength, and all but the top ones', () => {
    expect(wordFrequencies('a a a bb bb ccc', { minLength: 2, top: 1 })).toEqual([['bb', 2]]);
  });
});
