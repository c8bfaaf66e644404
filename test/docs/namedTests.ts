import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Why a document may not name this test: its file, or a test with this part of a title in it, does not exist. */
export function namedTestFault(file: string, title: string): string | undefined {
  const path = fileURLToPath(new URL(`../../${file}`, import.meta.url));
  if (!existsSync(path)) return `${file}: there is no such file`;
  const titles = titlesIn(readFileSync(path, 'utf8'));
  return titles.some((text) => text.includes(title)) ? undefined : `${file}: no test has "${title}" in its title`;
}

/** The titles of tests, of suites, and of the rows of `test.each`: all texts that begin a call or a row. */
function titlesIn(source: string): readonly string[] {
  const literal = /(?:[([]|\n)\s*(?:'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`|"((?:[^"\\\n]|\\.)*)")\s*,/g;
  return [...source.matchAll(literal)].map(([, single, template, double]) =>
    (single ?? template ?? double ?? '').replace(/\\(.)/g, '$1'),
  );
}
