/** Returns the words of a text in lower case, in order. A word consists of letters, digits and apostrophes within it. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’][\p{L}\p{N}]+)*/gu) ?? [];
}
