import { describe, expect, test } from 'vitest';
import { countWords, wordFrequencies } from './counting.ts';

describe('countWords', () => {
  test('counts a word with an apostrophe and a word in any script as one word', () => {
    expect(countWords("Don't panic, Ελλάδα!")).toBe(3);
  });

  test('returns 0 for a text of punctuation only', () => {
    expect(countWords(' … — ')).toBe(0);
  });
});

describe('wordFrequencies', () => {
  const text = 'The cat saw the dog, and the dog ran.';

  test('sorts words by frequency, and words of equal frequency alphabetically', () => {
    expect(wordFrequencies(text).slice(0, 3)).toEqual([
      ['the', 3],
      ['dog', 2],
      ['and', 1],
    ]);
  });

  test('leaves out words shorter than minLength, and returns at most `top` words', () => {
    expect(wordFrequencies('a a a bb bb ccc', { minLength: 2, top: 1 })).toEqual([['bb', 2]]);
  });
});
