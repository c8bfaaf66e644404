import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The documents whose fenced blocks are checked. */
const documents = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'docs/*.md',
  'packages/*/README.md',
  'plugins/*/README.md',
];

/**
 * A fenced block of a document. A comment in the line before the block says how it is checked:
 *
 * - `<!-- snippet: with add, xsum -->` declares names that the block uses (preambles.ts);
 * - `<!-- snippet: run -->` also runs it, on the local stack; `<!-- snippet: run, prints 121393 -->` compares its output;
 * - `<!-- snippet: not checked: it is output -->` gives the reason why it is not checked.
 */
export interface Snippet {
  /** `file:line` of the first line of the code. */
  readonly place: string;
  readonly file: string;
  readonly line: number;
  readonly language: string;
  readonly code: string;
  readonly names: readonly string[];
  readonly run: boolean;
  readonly prints: string | undefined;
  /** Why it is not checked; undefined if it is. */
  readonly reason: string | undefined;
  /** Parts of its comment that are not understood. */
  readonly malformed: readonly string[];
}

/** A command in the text, such as `npx girder-worker status`. */
export interface InlineCommand {
  readonly place: string;
  readonly command: string;
}

/** Returns the fenced blocks of all documents. */
export function readSnippets(): Snippet[] {
  return documentFiles().flatMap((file) => snippetsIn(file, readFileSync(join(root, file), 'utf8')));
}

/** Returns the commands of girder-worker and the scripts of npm that the text of the documents contains. */
export function readInlineCommands(): InlineCommand[] {
  return documentFiles().flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8').replaceAll(/^ *```[\s\S]*?^ *```$/gm, (block) =>
      block.replaceAll(/[^\n]/g, ''),
    );
    return text.split('\n').flatMap((line, index) =>
      [...line.matchAll(/`((?:npx girder-worker|npm run) [^`…]+)`/g)].map(([, command = '']) => ({
        place: `${file}:${index + 1}`,
        command,
      })),
    );
  });
}

function documentFiles(): string[] {
  return globSync(documents, { cwd: root }).toSorted();
}

/** Returns the fenced blocks of a text. A block that does not end is one up to the end of the text. */
export function snippetsIn(file: string, text: string): Snippet[] {
  const lines = text.split('\n');
  const snippets: Snippet[] = [];
  for (let index = 0; index < lines.length; index++) {
    const [, indent = '', fence, language = ''] = /^( *)(```+|~~~+)\s*(\S*)/.exec(lines[index] ?? '') ?? [];
    if (fence === undefined) continue;
    const isEnd = (line: string) => line.trim().startsWith(fence) && /^[`~]+$/.test(line.trim());
    const length = lines.slice(index + 1).findIndex(isEnd);
    const end = length < 0 ? lines.length : index + 1 + length;
    const code = lines
      .slice(index + 1, end)
      .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
    const line = index + 2;
    snippets.push({
      ...{ place: `${file}:${line}`, file, line, language, code: code.join('\n') },
      ...readComment(lines[index - 1] ?? ''),
    });
    index = end;
  }
  return snippets;
}

function readComment(line: string): Pick<Snippet, 'names' | 'run' | 'prints' | 'reason' | 'malformed'> {
  const [, text = ''] = /^\s*<!-- snippet: (.*) -->\s*$/.exec(line) ?? [];
  const malformed: string[] = /<!--\s*snippet/.test(line) && text === '' ? [line.trim()] : [];
  let names: string[] = [];
  let run = false;
  let prints: string | undefined;
  let reason: string | undefined;
  for (const part of text === '' ? [] : text.split('; ')) {
    const [, kind, rest = ''] = /^(with |run, prints |run$|not checked: )(.*)$/.exec(part) ?? [];
    if (kind === 'with ') names = rest.split(', ');
    else if (kind === 'not checked: ' && rest !== '') reason = rest;
    else if (kind === 'run, prints ') [run, prints] = [true, rest];
    else if (kind === 'run') run = true;
    else malformed.push(part);
  }
  return { names, run, prints, reason, malformed };
}
