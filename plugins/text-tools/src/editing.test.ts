import { expect, test } from 'vitest';
import { joinParagraphs, slugify } from './editing.ts';

test('joinParagraphs takes any number of paragraphs and skips the blank ones', () => {
  expect(joinParagraphs('\n\n', ' One. ', '  ', 'Two.')).toBe('One.\n\nTwo.');
  expect(joinParagraphs('\n\n')).toBe('');
});

test('slugify drops accents and punctuation', () => {
  expect(slugify('Crème brûlée: a “recipe”')).toBe('creme-brulee-a-recipe');
});

test('slugify is known by the name that it was given', () => {
  expect(slugify.name).toBe('texttools.slugify');
});
