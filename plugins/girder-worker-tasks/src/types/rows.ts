import { isFields, listOf, own, setOwn } from '../fields.ts';

export type Row = Readonly<Record<string, unknown>>;

/** A table as Girder Worker's format `rows`. */
export interface Rows {
  readonly fields: readonly string[];
  readonly rows: readonly Row[];
}

/** The most cells of a table. A short text can stand for many: each line counts as a full row. */
const maxCells = 10_000_000;

/** The deepest nesting of objects that becomes columns. */
const maxNesting = 100;

export function assertCells(columns: number, rows: number): void {
  if (columns * rows <= maxCells) return;
  throw new Error(`The table has ${columns} columns and ${rows} rows: more than ${maxCells} cells. Split it.`);
}

/** Returns data as a table. Throws if a field is no text or a row no object. */
export function asRows(data: unknown): Rows {
  const table = data as Row;
  const fields = listOf(table, 'fields', 'the table');
  const rows = listOf(table, 'rows', 'the table');
  if (!fields.every((field) => typeof field === 'string')) throw new Error('"fields" of the table must be texts.');
  if (!rows.every(isFields)) throw new Error('"rows" of the table must be objects.');
  return { fields, rows };
}

/** Converts objects to rows: objects in objects become columns with dotted names, as in `{"a": {"b": 1}}` the column `a.b`. */
export function objectsToRows(objects: readonly unknown[]): Rows {
  const fields = new Set<string>();
  const rows = objects.map((object, index) => {
    if (!isFields(object)) throw new Error(`Item ${index + 1} of the list of objects is no object.`);
    const row: Record<string, unknown> = {};
    addCells(object, '', 0, (field, value) => {
      fields.add(field);
      setOwn(row, field, value);
    });
    return row;
  });
  return { fields: [...fields], rows };
}

function addCells(object: Row, prefix: string, depth: number, add: (field: string, value: unknown) => void): void {
  if (depth >= maxNesting) throw new Error(`An object of the table is nested deeper than ${maxNesting} levels.`);
  for (const [name, value] of Object.entries(object)) {
    if (isFields(value)) addCells(value, `${prefix}${name}.`, depth + 1, add);
    else add(prefix + name, value);
  }
}

/** Converts rows to objects: columns with dotted names become objects in objects. */
export function rowsToObjects({ rows }: Rows): Record<string, unknown>[] {
  return rows.map((row) => {
    const object: Record<string, unknown> = {};
    for (const [field, value] of Object.entries(row)) setNested(object, field, value);
    return object;
  });
}

function setNested(object: Record<string, unknown>, field: string, value: unknown): void {
  const path = field.split('.', maxNesting + 1);
  if (path.length > maxNesting) throw new Error(`The name of a column has more than ${maxNesting} parts.`);
  let parent = object;
  for (const name of path.slice(0, -1)) {
    const child = own(parent, name);
    // A column `a` beside a column `a.b` loses its value, as it cannot be both.
    const next = isFields(child) ? (child as Record<string, unknown>) : {};
    if (next !== child) setOwn(parent, name, next);
    parent = next;
  }
  setOwn(parent, path.at(-1)!, value);
}
