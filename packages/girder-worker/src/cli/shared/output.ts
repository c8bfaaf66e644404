import { relative } from 'node:path';
import { terminalText } from '../../events/terminalText.ts';

/** Where a command writes: Commander's `configureOutput`. */
export interface Output {
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
}

/** The output of this process. What it writes may contain ids, names, errors and results of others. */
export const processOutput: Output = {
  writeOut: (text) => void process.stdout.write(terminalText(text)),
  writeErr: (text) => void process.stderr.write(terminalText(text)),
};

export function print(line: string): void {
  processOutput.writeOut(`${line}\n`);
}

/** Prints a value as JSON; a Map becomes an object. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, (_, item: unknown) => (item instanceof Map ? Object.fromEntries(item) : item), 2));
}

/** Prints rows in columns, each as wide as its longest cell. */
export function printColumns(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) {
    const cells = row.map((cell, column) => cell.replaceAll('\n', ' ').padEnd(widths[column] ?? 0));
    print(cells.join('  ').trimEnd());
  }
}

/** `1 task`, `2 tasks`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** A path relative to the working directory; absolute if it lies outside. */
export function displayPath(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? file : path;
}
