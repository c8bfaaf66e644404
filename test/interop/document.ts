import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

/** Fails if a document of `docs/` is not this text; with UPDATE_DOCS=1, it becomes this text instead. */
export function expectDocument(name: string, text: string): void {
  const file = fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));
  if (process.env.UPDATE_DOCS === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(readFileSync(file, 'utf8'), `docs/${name} is not up to date: UPDATE_DOCS=1 writes it`).toBe(text);
}
