import { app } from 'girder-worker/app';

/** Joins any number of paragraphs by a separator; those with nothing but white space are left out. */
export const joinParagraphs = app.task(function joinParagraphs(separator: string, ...paragraphs: string[]): string {
  return paragraphs
    .map((paragraph) => paragraph.trim())
    .filter(Boolean)
    .join(separator);
});

/** A title as a part of a URL. It keeps the name it had in the Python plugin that this one replaces. */
export const slugify = app.task({ name: 'texttools.slugify' }, function slugify(title: string): string {
  const words = title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  return words?.join('-') ?? '';
});
