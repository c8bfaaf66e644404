import { expect, test } from 'vitest';
import { joinParagraphs, slugify } from './editing.ts';

test('joinParagraphs joins any number of paragraphs and leaves out blank ones', () => {
  expect(joinParagraphs('\n\n', ' One. ', '  ', 'Two.')).toBe('One.\n\nTwo.');
  expect(joinParagraphs('\n\n')).toBe('');
});

test('slugify removes accents and punctuation', () => {
  expect(slugify('Crème brûlée: a “recipe”')).toBe('creme-brulee-a-recipe');
});

test('slugify has the name of its option `name`', () => {
  expect(slugify.name).toBe('texttools.slugify');
});
