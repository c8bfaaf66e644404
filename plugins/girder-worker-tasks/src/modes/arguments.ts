import { describe, type Fields, isFields, listOf, own, textOf } from '../fields.ts';
import type { TaskSpec } from '../run/taskSpec.ts';
import { safeFileName } from '../run/temporaryFolder.ts';
import { stringifyJson } from '../types/json.ts';
import type { InputValue } from './mode.ts';

/** What the templates of arguments refer to. */
export interface TemplateValues {
  readonly spec: TaskSpec;
  readonly inputs: ReadonlyMap<string, InputValue>;
  /** The bindings of outputs; the `name` of each is the name of its file. */
  readonly outputs: ReadonlyMap<string, Fields>;
  readonly folder: string;
}

const template = /\$(input|output|flag)\{([^{}]+)\}/g;

/**
 * Returns the arguments of a program, as Girder Worker expands those of a container:
 *
 * - `$input{x}`: the value of input `x` or, for a file, its path. `$input{_tempdir}`: the temporary folder
 * - `$output{y}`: the path for output `y`, which is the `name` of its binding in the temporary folder
 * - `$flag{x}`: the `arg` of the spec of input `x`, or its id, if its value is true in Python; otherwise nothing. An argument
 *   that is empty because of a flag is left out
 *
 * A value is inserted once: templates in it stay as they are. Throws for a name that does not exist.
 */
export function expandArguments(values: TemplateValues): string[] {
  const expanded: string[] = [];
  for (const [index, item] of listOf(values.spec.fields, 'args', 'the task').entries()) {
    if (typeof item !== 'string')
      throw new Error(`Item ${index + 1} of "args" of the task must be a string, got ${describe(item)}.`);
    let hasFlag = false;
    const argument = item.replace(template, (token, kind: string, id: string) => {
      hasFlag ||= kind === 'flag';
      return expandToken(token, kind, id, values);
    });
    if (argument.includes('\0')) throw new Error(`Item ${index + 1} of "args" of the task has a NUL character.`);
    if (argument !== '' || !hasFlag) expanded.push(argument);
  }
  return expanded;
}

function expandToken(
  token: string,
  kind: string,
  id: string,
  { spec, inputs, outputs, folder }: TemplateValues,
): string {
  const input = inputs.get(id);
  if (kind === 'flag')
    return input && isTrue(input.value) ? (textOf(input.port.fields, 'arg', `input "${id}"`) ?? id) : '';
  if (kind === 'input') {
    if (input) return argumentText(input.value);
    if (id === '_tempdir') return folder;
    throw new Error(`Cannot expand "${token}": the task has no input "${id}".`);
  }
  const binding = spec.outputs.has(id) ? outputs.get(id) : undefined;
  const name = binding && textOf(binding, 'name', `output "${id}"`);
  if (name !== undefined) return `${folder}/${safeFileName(name)}`;
  throw new Error(`Cannot expand "${token}": the task has no output "${id}" whose binding has a "name".`);
}

/** A value as an argument: as Python's str() for scalars, as JSON for lists and objects. */
function argumentText(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value instanceof Uint8Array) throw new Error('Bytes cannot be an argument. Use the target "filepath".');
  return Array.isArray(value) || isFields(value) ? stringifyJson(value) : String(value);
}

/** Whether a value is true in Python: empty lists and objects are false. */
function isTrue(value: unknown): boolean {
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length > 0;
  return isFields(value) ? Object.keys(value).length > 0 : Boolean(value);
}

/** Returns where a program leaves the file of an output: the `path` of its spec, else the `name` of its binding, else its id. */
export function outputPath(id: string, { spec, outputs, folder }: TemplateValues): string {
  const path = textOf(spec.outputs.get(id)!.fields, 'path', `output "${id}"`);
  const binding = outputs.get(id);
  const name = binding && own(binding, 'name');
  if (path === undefined) return `${folder}/${safeFileName(typeof name === 'string' && name !== '' ? name : id)}`;
  const expanded = path.replace(template, (token, kind: string, output: string) => {
    const of = kind === 'output' ? outputs.get(output) : undefined;
    const outputName = of && textOf(of, 'name', `output "${output}"`);
    if (outputName === undefined) throw new Error(`Cannot expand "${token}" in "path" of output "${id}".`);
    return safeFileName(outputName);
  });
  if (expanded.startsWith('/'))
    throw new Error(`"path" of output "${id}" must be relative to the temporary folder, got ${describe(path)}.`);
  return `${folder}/${expanded}`;
}
