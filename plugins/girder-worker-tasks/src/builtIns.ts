import { JobStatus, type Task } from 'girder-worker/utils';
import { fetchBinding, pushBinding } from './bindings/bindings.ts';
import { connectToGirder } from './bindings/girder.ts';
import { convertData, listValidators, type ValidatorDescription } from './convert/convert.ts';
import { asFields, describe, type Fields, own, textOf } from './fields.ts';
import type { RunContext } from './run/context.ts';
import { named } from './run/inputs.ts';
import { runTask } from './run/runTask.ts';
import { JobCanceledError, StatusReporter } from './run/status.ts';
import { TemporaryFolder } from './run/temporaryFolder.ts';
import { readSettings } from './settings.ts';

/** The arguments of `girder_worker.run`. */
export interface RunArguments {
  readonly task: unknown;
  readonly inputs: unknown;
  readonly outputs: unknown;
  readonly fetch: boolean;
  readonly status: number | null;
  readonly options: Fields;
}

/** The task `girder_worker.run`. Resolves to null if the Girder job has been cancelled. */
export async function runBuiltIn(
  self: Task,
  { task, inputs, outputs, fetch, status, options }: RunArguments,
): Promise<Fields | null> {
  const request = {
    task,
    inputs: asFields(inputs ?? {}, 'The argument "inputs"'),
    outputs: asFields(outputs ?? {}, 'The argument "outputs"'),
    fetch: Boolean(fetch),
    status: statusOf(status) ?? JobStatus.RUNNING,
  };
  return withContext(self, options, (context) => runTask(request, context));
}

/** The arguments of `girder_worker.convert`. */
export interface ConvertArguments {
  readonly type: unknown;
  readonly input: unknown;
  readonly output: unknown;
  readonly fetch: boolean;
  readonly status: number | null;
  readonly options: Fields;
}

/** The task `girder_worker.convert`. Reports statuses only if it gets one. Resolves to null if the Girder job has been cancelled. */
export async function convertBuiltIn(
  self: Task,
  { type, input, output, fetch, status, options }: ConvertArguments,
): Promise<Fields | null> {
  if (typeof type !== 'string') throw new Error(`The argument "type" must be a string, got ${describe(type)}.`);
  const source = asFields(input, 'The argument "input"');
  const target = asFields(output, 'The argument "output"');
  const from = requiredFormat(source, 'input');
  const to = requiredFormat(target, 'output');
  const initial = statusOf(status);
  return withContext(self, options, async (context) => {
    if (!fetch && !Object.hasOwn(source, 'data')) throw new Error('The input has no "data", and "fetch" is false.');
    const data = fetch
      ? await named('Input', () => fetchBinding(source, { kind: 'memory' }, context))
      : own(source, 'data');
    if (initial !== undefined && from !== to) await context.status.report(initial);
    const converted = convertData({ type, from, to }, data, () => context.checkpoint());
    if (initial === JobStatus.CONVERTING_OUTPUT) await context.status.report(JobStatus.PUSHING_OUTPUT);
    return pushBinding({ kind: 'memory', data: converted, subject: 'Output' }, target, context);
  });
}

/** The task `girder_worker.validators`. */
export function validatorsBuiltIn(type: unknown, format: unknown): ValidatorDescription[] {
  for (const [name, value] of Object.entries({ type, format })) {
    if (value !== null && typeof value !== 'string') {
      throw new Error(`The argument "${name}" must be a string or null, got ${describe(value)}.`);
    }
  }
  return listValidators(type as string | null, format as string | null);
}

function requiredFormat(binding: Fields, name: string): string {
  const format = textOf(binding, 'format', `the argument "${name}"`);
  if (format === undefined) throw new Error(`The argument "${name}" needs a "format".`);
  return format;
}

function statusOf(status: unknown): JobStatus | undefined {
  if (status === null || status === undefined) return undefined;
  const known = Object.values(JobStatus).find((value) => value === status);
  if (known !== undefined) return known;
  throw new Error(
    `The argument "status" must be a status of a Girder job, such as 2 (RUNNING); got ${describe(status)}.`,
  );
}

/** Calls a function with the context of a task, and removes the temporary folder afterwards. */
async function withContext<T>(
  self: Task,
  options: Fields,
  work: (context: RunContext) => Promise<T>,
): Promise<T | null> {
  const settings = readSettings();
  const { signal } = self;
  await using folder = new TemporaryFolder();
  const context: RunContext = {
    settings,
    signal,
    checkpoint: () => {
      // `canceled` is true as soon as the task is revoked, also while no event has aborted the signal. A new read of
      // `self.signal` then aborts it.
      if (self.canceled) self.signal.throwIfAborted();
      signal.throwIfAborted();
    },
    log: (line) => console.log(line),
    status: new StatusReporter(self.jobManager, settings.skippedStatuses),
    temporaryFolder: () => folder.path(),
    validate: own(options, 'validate') !== false,
    autoConvert: own(options, 'auto_convert') !== false,
    girder: { own: self.girderClient, connect: connectToGirder },
  };
  try {
    context.checkpoint();
    return await work(context);
  } catch (error) {
    if (error instanceof JobCanceledError) return null;
    throw error;
  }
}
