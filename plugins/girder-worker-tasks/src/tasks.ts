import { app } from 'girder-worker/app';
import type { Task } from 'girder-worker/utils';
import type { ValidatorDescription } from './convert/convert.ts';

type Binding = Readonly<Record<string, unknown>>;

/**
 * Runs the task that a spec describes, and returns the bindings of its outputs by name.
 *
 * @param task the spec: `mode`, `inputs`, `outputs`, and what the mode needs, such as `script`
 * @param inputs for each input, where its data comes from
 * @param outputs for each output, where its data goes to
 * @param fetch whether the inputs are fetched; false if all bindings have `data`
 * @param status the status of the Girder job while the task itself runs. Null stands for RUNNING
 * @param options `validate` and `auto_convert`, both true by default; others are ignored
 */
export const run = app.task(
  { name: 'girder_worker.run' },
  async function run(
    this: Task,
    task: Binding,
    inputs: Binding | null = null,
    outputs: Binding | null = null,
    fetch: boolean = true,
    status: number | null = null,
    { ...options }: Binding = {},
  ): Promise<Binding | null> {
    const { runBuiltIn } = await import('./builtIns.ts');
    return runBuiltIn(this, { task, inputs, outputs, fetch, status, options });
  },
);

/** Converts data from the format of one binding to that of another of the same type. Returns the output binding. */
export const convert = app.task(
  { name: 'girder_worker.convert' },
  async function convert(
    this: Task,
    type: string,
    input: Binding,
    output: Binding,
    fetch: boolean = true,
    status: number | null = null,
    { ...options }: Binding = {},
  ): Promise<Binding | null> {
    const { convertBuiltIn } = await import('./builtIns.ts');
    return convertBuiltIn(this, { type, input, output, fetch, status, options });
  },
);

/** Returns the validators of a type and a format. Null stands for any. */
export const validators = app.task(
  { name: 'girder_worker.validators' },
  async function validators(type: string | null = null, format: string | null = null): Promise<ValidatorDescription[]> {
    const { validatorsBuiltIn } = await import('./builtIns.ts');
    return validatorsBuiltIn(type, format);
  },
);
