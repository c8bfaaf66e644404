import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

/** Fails if the file in `docs/` does not have this text. With UPDATE_DOCS=1, writes the text to the file instead. */
export function expectDocument(name: string, text: string): void {
  const file = fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));
  if (process.env.UPDATE_DOCS === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(readFileSync(file, 'utf8'), `docs/${name} is out of date: run this test with UPDATE_DOCS=1`).toBe(text);
}

/**
 * As `expectDocument`, for a part of the file. The first and the last line of the text are the comments between which it stands in the file, which
 * has them once.
 */
export function expectPart(name: string, text: string): void {
  const document = readFileSync(fileURLToPath(new URL(`../../docs/${name}`, import.meta.url)), 'utf8');
  const lines = text.split('\n');
  const [open, close] = [lines[0]!, lines.at(-1)!];
  const [before, ...afterOpen] = document.split(open);
  const [, ...after] = afterOpen.join(open).split(close);
  expect([afterOpen.length, after.length], `docs/${name} has each of the comments once`).toEqual([1, 1]);
  expectDocument(name, `${before}${text}${after.join(close)}`);
}
