import { JobStatus } from 'girder-worker/utils';
import { defaultTarget, fetchBinding } from '../bindings/bindings.ts';
import { assertValid, convertData, graph } from '../convert/convert.ts';
import { type Fields, own, textOf } from '../fields.ts';
import type { InputValue } from '../modes/mode.ts';
import type { RunContext } from './context.ts';
import { formatOf, type Port } from './taskSpec.ts';

/** An input after its transfer, and before its conversion. */
export interface FetchedInput {
  readonly port: Port;
  readonly binding: Fields;
  readonly data: unknown;
  readonly isFile: boolean;
}

/**
 * Fetches the data of an input to where its task has it: in memory, or in a file.
 *
 * @param fetch false if the data must be in the binding already
 */
export async function fetchInput(
  port: Port,
  binding: Fields,
  fetch: boolean,
  context: RunContext,
): Promise<FetchedInput> {
  const isFile = (port.target ?? defaultTarget(binding)) === 'filepath';
  if (!fetch) {
    if (Object.hasOwn(binding, 'data')) return { port, binding, data: own(binding, 'data'), isFile };
    throw new Error(`Input "${port.id}" has no "data", and "fetch" is false.`);
  }
  if (!Object.hasOwn(binding, 'data')) await context.status.report(JobStatus.FETCHING_INPUT);
  // A stream is a file here, under the path that its task reads it from.
  const filename = textOf(port.fields, 'filename', 'an input') ?? textOf(port.fields, 'path', 'an input');
  const data = await named(`Input "${port.id}"`, () =>
    fetchBinding(binding, isFile ? { kind: 'file', filename } : { kind: 'memory' }, context),
  );
  return { port, binding, data, isFile };
}

/** Checks and converts the data of an input to the format of its port. A file, and data without a type, is not converted. */
export async function convertInput(
  { port, binding, data, isFile }: FetchedInput,
  context: RunContext,
): Promise<InputValue> {
  const { id, type, format } = port;
  const subject = `Input "${id}"`;
  const given = formatOf(binding, port, subject);
  if (isFile) {
    if (context.autoConvert && given !== format) {
      throw new Error(
        `${subject} is a file of format "${given}", which cannot be converted to "${format}". Use the target "memory".`,
      );
    }
    return { port, value: data, isFile };
  }
  if (type === undefined || given === undefined || format === undefined) return { port, value: data, isFile };
  if (context.validate) assertValid(type, given, data, subject);
  if (given === format) return { port, value: data, isFile };
  if (!context.autoConvert) {
    if (!context.validate) return { port, value: data, isFile };
    throw new Error(`${subject} has the format "${given}", but the task takes "${format}" and converts nothing.`);
  }
  await named(subject, () => graph.path(type, given, format));
  await context.status.report(JobStatus.CONVERTING_INPUT);
  const value = await named(subject, () =>
    convertData({ type, from: given, to: format }, data, () => context.checkpoint()),
  );
  return { port, value, isFile };
}

/** Calls a function. Puts the name of an input or an output before the message of its error. */
export async function named<T>(subject: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'Error' || error.message.startsWith(subject)) throw error;
    throw new Error(`${subject}: ${error.message}`, { cause: error });
  }
}
