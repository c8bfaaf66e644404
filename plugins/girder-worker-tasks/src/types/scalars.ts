import type { Converter, Format, TypeFormats } from '../convert/graph.ts';
import { parseJson, stringifyJson } from './json.ts';

export const isText = (data: unknown): data is string => typeof data === 'string';

/** Python's bool is an int, so true and false are integers and numbers for Girder Worker, too. */
const isInteger = (data: unknown) => typeof data === 'boolean' || typeof data === 'bigint' || Number.isInteger(data);
const isNumber = (data: unknown) => isInteger(data) || typeof data === 'number';
const isListOf = (isItem: (item: unknown) => boolean) => (data: unknown) => Array.isArray(data) && data.every(isItem);

/** A type whose values have a format of the same name, and the format `json`. */
function jsonType(type: string, isValid: (data: unknown) => boolean, extensions: readonly string[] = []): TypeFormats {
  return {
    formats: [
      { type, format: type, isValid },
      { type, format: 'json', isValid: isText, extensions },
    ],
    converters: jsonConverters(type, type, 'json'),
  };
}

/** The two converters between values and their JSON. */
export function jsonConverters(type: string, values: string, json: string): Converter[] {
  return [
    { type, from: values, to: json, convert: (data) => stringifyJson(data) },
    { type, from: json, to: values, convert: (data) => parseJson(data as string) },
  ];
}

const text: Format = { type: 'string', format: 'text', isValid: isText, extensions: ['txt'] };
const string = jsonType('string', isText, ['json']);

/** Single values and lists of them. */
export const scalarTypes: readonly TypeFormats[] = [
  jsonType('boolean', (data) => typeof data === 'boolean', ['boolean-json']),
  jsonType('integer', isInteger, ['integer-json']),
  jsonType('number', isNumber, ['number-json']),
  {
    formats: [...string.formats, text],
    converters: [
      ...string.converters,
      { type: 'string', from: 'string', to: 'text', convert: (data) => data },
      { type: 'string', from: 'text', to: 'string', convert: (data) => data },
    ],
  },
  jsonType('string_list', isListOf(isText)),
  jsonType('integer_list', isListOf(isInteger)),
  jsonType('number_list', isListOf(isNumber)),
  // Any value. `python` is its type in specs that were written for Girder Worker's mode `python`.
  jsonType('object', () => true, ['json']),
  { formats: [{ type: 'python', format: 'object', isValid: () => true }], converters: [] },
];
