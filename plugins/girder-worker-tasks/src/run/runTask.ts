import { JobStatus } from 'girder-worker/utils';
import { assertMode } from '../bindings/bindings.ts';
import type { Fields } from '../fields.ts';
import { loadCodeMode } from '../modes/codeModes.ts';
import type { InputValue } from '../modes/mode.ts';
import { runWorkflow } from '../modes/workflow.ts';
import type { RunContext } from './context.ts';
import { convertInput, fetchInput } from './inputs.ts';
import { type ConvertedOutput, convertOutput, pushOutput } from './outputs.ts';
import { StatusReporter } from './status.ts';
import { bindInputs, bindOutputs, readTaskSpec, type TaskSpec } from './taskSpec.ts';

/** The deepest nesting of workflows. */
const maxNesting = 10;

export interface RunRequest {
  /** The task spec. */
  readonly task: unknown;
  readonly inputs: Fields;
  readonly outputs: Fields;
  /** False if the data of all inputs is in their bindings. */
  readonly fetch: boolean;
  /** The status of the job while the task itself runs. */
  readonly status: JobStatus;
}

/**
 * Runs a task: fetches and converts its inputs, runs it in its mode, converts and sends its outputs. Resolves to the
 * bindings of its outputs by name.
 */
export async function runTask(request: RunRequest, context: RunContext, nesting = 0): Promise<Record<string, unknown>> {
  if (nesting > maxNesting) throw new Error(`Workflows are nested deeper than ${maxNesting} levels.`);
  const spec = readTaskSpec(request.task);
  const runMode = spec.mode === 'workflow' ? runWorkflow : await loadCodeMode(spec.mode, context.settings);
  const bindings = { inputs: bindInputs(spec, request.inputs), outputs: bindOutputs(spec, request.outputs) };
  // Before anything is fetched: an output that cannot be sent would waste the work of the task.
  for (const binding of [...bindings.inputs.values(), ...bindings.outputs.values()]) assertMode(binding);

  const inputs = await prepareInputs(spec, bindings.inputs, request.fetch, context);
  await context.status.report(request.status);
  context.checkpoint();
  const stepContext = { ...context, status: new StatusReporter(undefined), validate: true, autoConvert: true };
  const result = await runMode({
    spec,
    inputs,
    outputs: bindings.outputs,
    context,
    runStep: (task, stepInputs) =>
      runTask(
        { task, inputs: stepInputs, outputs: {}, fetch: true, status: JobStatus.RUNNING },
        stepContext,
        nesting + 1,
      ),
  });
  context.checkpoint();

  // Girder allows PUSHING_OUTPUT after CONVERTING_OUTPUT, but not the reverse: all are converted before the first is sent.
  const converted = new Map<string, ConvertedOutput>();
  for (const [id, port] of spec.outputs) {
    context.checkpoint();
    const produced = result.outputs.get(id);
    if (!produced) throw new Error(`The task of mode "${spec.mode}" has not set its output "${id}".`);
    converted.set(id, await convertOutput(port, bindings.outputs.get(id)!, produced, context));
  }
  if (converted.size > 0) await context.status.report(JobStatus.PUSHING_OUTPUT);
  const pushed = new Map<string, unknown>();
  for (const [id, output] of converted) pushed.set(id, await pushOutput(output, context));
  return { ...Object.fromEntries(pushed), ...result.more };
}

/** Fetches all inputs, then converts them: Girder allows CONVERTING_INPUT after FETCHING_INPUT, but not the reverse. */
async function prepareInputs(
  { inputs: ports }: TaskSpec,
  bindings: ReadonlyMap<string, Fields>,
  fetch: boolean,
  context: RunContext,
): Promise<ReadonlyMap<string, InputValue>> {
  const fetched = [];
  for (const [id, binding] of bindings) {
    context.checkpoint();
    fetched.push(await fetchInput(ports.get(id)!, binding, fetch, context));
  }
  const inputs = new Map<string, InputValue>();
  for (const input of fetched) {
    context.checkpoint();
    inputs.set(input.port.id, await convertInput(input, context));
  }
  return inputs;
}
