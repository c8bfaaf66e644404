import { app } from 'girder-worker/app';

/** Joins paragraphs with a separator. Trims each paragraph, and leaves out empty ones. */
export const joinParagraphs = app.task(function joinParagraphs(separator: string, ...paragraphs: string[]): string {
  return paragraphs
    .map((paragraph) => paragraph.trim())
    .filter(Boolean)
    .join(separator);
});

/** Returns a title in a form for URLs. The task keeps the name that it had in a Python plugin. */
export const slugify = app.task({ name: 'texttools.slugify' }, function slugify(title: string): string {
  const words = title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  return words?.join('-') ?? '';
});
