import type { Figure } from './subject.ts';

const headings = ['', 'unit', 'min', 'median', 'max', 'runs', 'target'];

/** Returns the figures as lines of text for a terminal. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = [headings, ...figures.map(cellsOf)];
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const isNumber = (column: number) => column >= 2 && column <= 5;
  return rows
    .map((row) =>
      row
        .map((cell, column) => (isNumber(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function cellsOf({ name, unit, spread, target = '' }: Figure): string[] {
  const numbers = [spread.min, spread.median, spread.max].map(shown);
  return [name, unit, ...numbers, String(spread.runs), target];
}

/** Rounds to three significant digits, because further digits are noise. */
export function shown(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return String(Math.round(value));
  return String(Number(value.toPrecision(3)));
}
