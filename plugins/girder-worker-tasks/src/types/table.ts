import type { Converter, Format, TypeFormats } from '../convert/graph.ts';
import { isFields, own } from '../fields.ts';
import { parseTable, stringifyTable } from './csv.ts';
import { parseJson, stringifyJson } from './json.ts';
import { asRows, objectsToRows, rowsToObjects } from './rows.ts';
import { isText, jsonConverters } from './scalars.ts';

const type = 'table';
const isList = (data: unknown) => Array.isArray(data);
const isObjectList = (data: unknown) => Array.isArray(data) && (data.length === 0 || isFields(data[0]));
const isRows = (data: unknown) => isFields(data) && Object.hasOwn(data, 'fields') && Object.hasOwn(data, 'rows');

const formats: readonly Format[] = [
  { type, format: 'csv', isValid: isText, extensions: ['csv'] },
  { type, format: 'tsv', isValid: isText, extensions: ['tsv'] },
  { type, format: 'rows', isValid: isRows },
  { type, format: 'rows.json', isValid: isText, extensions: ['rows-json'] },
  { type, format: 'objects', isValid: isObjectList },
  { type, format: 'objects.json', isValid: isText, extensions: ['objects-json'] },
  // The names of the same formats in Girder Worker 0.5.
  { type, format: 'objectlist', isValid: isObjectList },
  { type, format: 'objectlist.json', isValid: isText, extensions: ['objectlist-json'] },
  { type, format: 'jsonlines', isValid: isText, extensions: ['jsonlines'] },
  { type, format: 'column.names', isValid: isList },
  { type, format: 'column.names.continuous', isValid: isList },
  { type, format: 'column.names.discrete', isValid: isList },
];

function converter(from: string, to: string, convert: (data: unknown) => unknown): Converter {
  return { type, from, to, convert };
}

/** The converters of lists of objects, which have two names. */
function objectConverters(name: string): Converter[] {
  return [
    ...jsonConverters(type, name, `${name}.json`),
    converter(name, 'rows', (data) => objectsToRows(data as unknown[])),
    converter('rows', name, (data) => rowsToObjects(asRows(data))),
    converter('jsonlines', name, (data) => linesOf(data as string).map(parseJson)),
    converter(name, 'jsonlines', (data) => (data as unknown[]).map((item) => `${stringifyJson(item)}\n`).join('')),
  ];
}

function linesOf(text: string): string[] {
  return text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '');
}

/** The columns whose value in the first row is of a kind. */
function columnsOf(data: unknown, isOfKind: (value: unknown) => boolean): string[] {
  const { fields, rows } = asRows(data);
  const first = rows[0];
  return first ? fields.filter((field) => isOfKind(own(first, field))) : [];
}

const isContinuous = (value: unknown) => ['number', 'bigint', 'boolean'].includes(typeof value);

/** Tables. All formats are connected through `rows`. */
export const tableType: TypeFormats = {
  formats,
  converters: [
    converter('csv', 'rows', (data) => parseTable(data as string, ',')),
    converter('tsv', 'rows', (data) => parseTable(data as string, '\t')),
    converter('rows', 'csv', (data) => stringifyTable(asRows(data), ',')),
    converter('rows', 'tsv', (data) => stringifyTable(asRows(data), '\t')),
    ...jsonConverters(type, 'rows', 'rows.json'),
    ...objectConverters('objects'),
    ...objectConverters('objectlist'),
    converter('rows', 'column.names', (data) => asRows(data).fields),
    converter('rows', 'column.names.continuous', (data) => columnsOf(data, isContinuous)),
    converter('rows', 'column.names.discrete', (data) => columnsOf(data, isText)),
  ],
};
