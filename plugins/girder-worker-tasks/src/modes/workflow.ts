import { readBounded, textOrBytes } from '../bindings/content.ts';
import type { Produced } from '../bindings/transfer.ts';
import { assertValid, convertData } from '../convert/convert.ts';
import { asFields, type Fields, own } from '../fields.ts';
import type { RunContext } from '../run/context.ts';
import { formatOf, type Port } from '../run/taskSpec.ts';
import type { Settings } from '../settings.ts';
import { assertRuns } from './codeModes.ts';
import type { ModeResult, ModeRun } from './mode.ts';
import { planWorkflow, type Step } from './workflowPlan.ts';

/**
 * Runs the steps of a workflow one after the other, and passes outputs on along the connections. The result has the inputs of
 * the visualization steps as `_visualizations`.
 */
export async function runWorkflow({ spec, inputs, context, runStep }: ModeRun): Promise<ModeResult> {
  const { steps, connections } = planWorkflow(spec);
  assertStepsRun(steps, context.settings);
  const bindings = new Map(steps.map(({ name }) => [name, new Map<string, Fields>()]));
  const outputs = new Map<string, Produced>();
  const send = (binding: Fields, { step, port }: (typeof connections)[number]['to']) => {
    if (step !== undefined) bindings.get(step)!.set(port, binding);
    else outputs.set(port, { kind: 'memory', data: own(binding, 'data'), subject: `Output "${port}"` });
  };
  for (const { from, to } of connections) {
    if (from.step !== undefined) continue;
    const { value, port, isFile } = inputs.get(from.port)!;
    // Steps exchange data, not paths: each step has its own files.
    const data = isFile ? await contentOf(value as string, context) : value;
    send({ data, ...(port.format !== undefined && { format: port.format }) }, to);
  }
  for (const { name, task, isVisualization } of steps) {
    if (isVisualization) continue;
    context.checkpoint();
    context.log(`Step "${name}" started`);
    const results = await runNamed(name, () => runStep(task, Object.fromEntries(bindings.get(name)!)));
    context.log(`Step "${name}" finished`);
    for (const { from, to } of connections) {
      if (from.step === name) send(asFields(own(results, from.port), `Output "${from.port}" of step "${name}"`), to);
    }
  }
  const visualizations = steps
    .filter((step) => step.isVisualization)
    .map((step) => visualizationOf(step, bindings.get(step.name)!));
  return { outputs, more: { _visualizations: visualizations } };
}

async function contentOf(path: string, { settings }: RunContext): Promise<unknown> {
  return textOrBytes(await readBounded(path, settings.maxDataBytes, `The file "${path}"`));
}

/** Throws if this worker does not run a step, before the first one runs. */
function assertStepsRun(steps: readonly Step[], settings: Settings): void {
  for (const { name, spec, isVisualization } of steps) {
    if (isVisualization) continue;
    try {
      assertRuns(spec.mode, settings);
    } catch (error) {
      throw new Error(`Step "${name}": ${(error as Error).message}`, { cause: error });
    }
  }
}

async function runNamed<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'Error') throw error;
    throw new Error(`Step "${name}": ${error.message}`, { cause: error });
  }
}

/** The inputs of a visualization step as a client shows them: in the formats that the step takes. */
function visualizationOf({ name, spec }: Step, bindings: ReadonlyMap<string, Fields>): Fields {
  const shown = [...bindings].map(([id, binding]): [string, Fields] => {
    const port = spec.inputs.get(id)!;
    return [id, { type: port.type, format: port.format, data: dataFor(port, binding) }];
  });
  return { mode: 'preset', type: name, inputs: Object.fromEntries(shown) };
}

function dataFor(port: Port, binding: Fields): unknown {
  const { type, format } = port;
  const given = formatOf(binding, port, `input "${port.id}"`);
  const data = own(binding, 'data');
  if (type === undefined || format === undefined || given === undefined) return data;
  const converted = convertData({ type, from: given, to: format }, data, () => undefined);
  assertValid(type, format, converted, `Input "${port.id}"`);
  return converted;
}
