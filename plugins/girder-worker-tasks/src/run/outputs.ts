import { realpath } from 'node:fs/promises';
import { JobStatus } from 'girder-worker/utils';
import { pushBinding } from '../bindings/bindings.ts';
import type { Produced } from '../bindings/transfer.ts';
import { assertValid, convertData, graph } from '../convert/convert.ts';
import { describe, type Fields } from '../fields.ts';
import type { RunContext } from './context.ts';
import { named } from './inputs.ts';
import { formatOf, type Port } from './taskSpec.ts';
import { isWithin } from './temporaryFolder.ts';

/** An output in the format that its binding asks for. */
export interface ConvertedOutput {
  readonly produced: Produced;
  readonly binding: Fields;
}

/** Checks an output against its port, and converts it to the format that its binding asks for. A file is not converted. */
export async function convertOutput(
  port: Port,
  binding: Fields,
  produced: Produced,
  context: RunContext,
): Promise<ConvertedOutput> {
  const { type, format } = port;
  const subject = `Output "${port.id}"`;
  const wanted = formatOf(binding, port, subject);
  const shown = wanted === undefined ? binding : { ...binding, format: wanted };
  if (produced.kind === 'file') {
    if (wanted === format) return { produced, binding: shown };
    throw new Error(
      `${subject} is a file of format "${format}", which cannot be converted to "${wanted}". Use the target "memory".`,
    );
  }
  if (type === undefined || format === undefined || wanted === undefined) return { produced, binding: shown };
  if (context.validate) assertValid(type, format, produced.data, subject);
  if (wanted === format) return { produced, binding: shown };
  if (!context.autoConvert) {
    if (!context.validate) return { produced, binding: shown };
    throw new Error(
      `${subject} has the format "${format}", but "${wanted}" was asked for, and the task converts nothing.`,
    );
  }
  await named(subject, () => graph.path(type, format, wanted));
  await context.status.report(JobStatus.CONVERTING_OUTPUT);
  const data = await named(subject, () =>
    convertData({ type, from: format, to: wanted }, produced.data, () => context.checkpoint()),
  );
  return { produced: { ...produced, data }, binding: shown };
}

/** Sends an output to where its binding says. Returns the binding for the result of the task. */
export function pushOutput({ produced, binding }: ConvertedOutput, context: RunContext): Promise<Fields> {
  return named(produced.subject, () => pushBinding(produced, binding, context));
}

/**
 * Returns the value that a task has for an output: data or, for the target `filepath`, a path in the temporary folder. Throws
 * if the path leads to somewhere else.
 */
export async function producedBy(port: Port, value: unknown, context: RunContext): Promise<Produced> {
  const subject = `Output "${port.id}"`;
  if (port.target !== 'filepath') return { kind: 'memory', data: value, subject };
  if (typeof value !== 'string') throw new Error(`${subject} must be the path of a file, got ${describe(value)}.`);
  const path = await realpath(value).catch(() => undefined);
  if (path === undefined) throw new Error(`${subject}: the file ${describe(value)} does not exist.`);
  const folder = await context.temporaryFolder();
  if (path !== folder && isWithin(folder, path)) return { kind: 'file', path, subject };
  throw new Error(`${subject}: the path ${describe(value)} is not in the temporary folder of the task.`);
}
