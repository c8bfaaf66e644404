import { describe } from '../fields.ts';
import { scalarTypes } from '../types/scalars.ts';
import { tableType } from '../types/table.ts';
import { treeType } from '../types/tree.ts';
import { ConverterGraph } from './graph.ts';

/** The formats of this worker. */
export const graph = new ConverterGraph([...scalarTypes, tableType, treeType]);

/** Throws unless data is of a type and a format. `subject` begins the message: `Input "a"`. */
export function assertValid(type: string, format: string, data: unknown, subject: string): void {
  if (graph.get(type, format).isValid(data)) return;
  throw new Error(`${subject} is not in the expected type (${type}) and format (${format}): it is ${describe(data)}.`);
}

/** A conversion of data along a path of the graph. */
export interface Conversion {
  readonly type: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Converts data. The result of each converter is validated, so that a JSON text of a list does not become an integer. Data
 * that has the format already is returned as it is. Throws if there is no path, or if the data cannot be converted.
 *
 * @param checkpoint called before each converter; throws if the task must stop
 */
export function convertData({ type, from, to }: Conversion, data: unknown, checkpoint: () => void): unknown {
  if (from === to) return data;
  const path = graph.path(type, from, to);
  let converted = data;
  for (const converter of path) {
    checkpoint();
    assertValid(type, converter.from, converted, 'The data to convert');
    converted = converter.convert(converted);
    assertValid(type, converter.to, converted, `The ${converter.from} that was converted`);
  }
  return converted;
}

/** Girder Worker's description of a validator. */
export interface ValidatorDescription {
  readonly type: string;
  readonly format: string;
  readonly validator: Readonly<Record<string, unknown>>;
}

/** Returns the validators of a type and a format; null stands for any. */
export function listValidators(type: string | null, format: string | null): ValidatorDescription[] {
  return graph.select(type, format).map((node) => ({
    type: node.type,
    format: node.format,
    validator: {
      mode: 'builtin',
      inputs: [{ name: 'input', type: node.type, format: node.format }],
      outputs: [{ name: 'output', type: 'boolean', format: 'boolean' }],
      ...(node.extensions?.length && { extensions: node.extensions }),
    },
  }));
}
