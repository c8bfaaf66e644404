import { parse } from 'csv-parse/sync';
import { isFields, own, setOwn } from '../fields.ts';
import { stringifyJson } from './json.ts';
import { assertCells, type Row, type Rows } from './rows.ts';

/** The longest cell that is read. */
const maxRecordCharacters = 4 * 1024 * 1024;

/**
 * Reads CSV or TSV as Girder Worker does: the first line has the names of the columns; the delimiter is the comma or the tab
 * of the first line; cells that are numbers become numbers.
 *
 * A row with fewer cells than columns has null in the others. The surplus cells of a row are a list under the name `null`,
 * which is how Python's dict reader appears in JSON.
 */
export function parseTable(text: string, preferred: ',' | '\t'): Rows {
  const records = parseRecords(text, preferred);
  const fields = records[0] ?? [];
  assertCells(fields.length, records.length);
  const rows = records.slice(1).map((cells) => {
    const row: Record<string, unknown> = {};
    for (const [column, field] of fields.entries())
      setOwn(row, field, cells[column] === undefined ? null : numberOr(cells[column]));
    if (cells.length > fields.length) setOwn(row, 'null', cells.slice(fields.length));
    return row;
  });
  return { fields: [...new Set(fields)], rows };
}

function parseRecords(text: string, preferred: ',' | '\t'): string[][] {
  const firstLine = /^[^\r\n]*/.exec(text)![0];
  const other = preferred === ',' ? '\t' : ',';
  const delimiter = !firstLine.includes(preferred) && firstLine.includes(other) ? other : preferred;
  try {
    return parse(text, {
      bom: true,
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      max_record_size: maxRecordCharacters,
      // A space after a delimiter does not belong to the cell.
      ltrim: firstLine.includes(delimiter),
    });
  } catch (cause) {
    throw new Error(
      `The data is not a table with the delimiter ${JSON.stringify(delimiter)}: ${(cause as Error).message}`,
      { cause },
    );
  }
}

/** The longest number that is read: the conversion of a text to a bigint takes quadratic time. */
const maxDigits = 1000;

/** The cell as a number if Python's int() or float() reads it as a finite one. */
export function numberOr(cell: string): number | bigint | string {
  const text = cell.length > maxDigits ? '' : cell.trim();
  if (/^[-+]?\d+$/.test(text)) {
    const value = Number(text);
    return Number.isSafeInteger(value) ? value : BigInt(text.replace(/^\+/, ''));
  }
  if (!/^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i.test(text)) return cell;
  const value = Number(text);
  return Number.isFinite(value) ? value : cell;
}

/** Writes rows as CSV or TSV like Python's csv module: lines end in CR LF; a cell is quoted only where it must be. */
export function stringifyTable({ fields, rows }: Rows, delimiter: ',' | '\t'): string {
  assertCells(fields.length, rows.length + 1);
  const known = new Set(fields);
  const mustBeQuoted = new RegExp(`["\r\n${delimiter}]`);
  const line = (cells: readonly string[]) => {
    const quoted = cells.map((cell) => (mustBeQuoted.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell));
    // An empty line would be no row.
    return `${cells.length === 1 && quoted[0] === '' ? '""' : quoted.join(delimiter)}\r\n`;
  };
  const lines = rows.map((row, index) => {
    const unknown = Object.keys(row).filter((field) => !known.has(field));
    if (unknown.length > 0) {
      throw new Error(
        `Row ${index + 1} of the table has the fields ${JSON.stringify(unknown)}, which are not in "fields".`,
      );
    }
    return line(fields.map((field) => cellText(row, field)));
  });
  return line(fields) + lines.join('');
}

function cellText(row: Row, field: string): string {
  const value = own(row, field);
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return isFields(value) || Array.isArray(value) ? stringifyJson(value) : String(value);
}
