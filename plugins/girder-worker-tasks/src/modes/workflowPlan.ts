import { asFields, type Fields, listOf, own, textOf } from '../fields.ts';
import { readTaskSpec, type TaskSpec } from '../run/taskSpec.ts';

export interface Step {
  readonly name: string;
  /** The task as it was sent. */
  readonly task: Fields;
  readonly spec: TaskSpec;
  /** Whether the step shows its inputs instead of running. */
  readonly isVisualization: boolean;
}

/** Where data goes: from an input of the workflow or an output of a step, to an input of a step or an output of the workflow. */
export interface Connection {
  readonly from: { readonly step: string | undefined; readonly port: string };
  readonly to: { readonly step: string | undefined; readonly port: string };
}

export interface WorkflowPlan {
  /** In an order in which each step follows those whose outputs it takes. */
  readonly steps: readonly Step[];
  readonly connections: readonly Connection[];
}

/** Reads the steps and the connections of a workflow. Throws if a connection leads nowhere, or if steps wait for each other. */
export function planWorkflow({ fields, inputs, outputs }: TaskSpec): WorkflowPlan {
  const steps = new Map<string, Step>();
  for (const [index, value] of listOf(fields, 'steps', 'the workflow').entries()) {
    const step = readStep(asFields(value, `Step ${index + 1} of the workflow`), index);
    if (steps.has(step.name)) throw new Error(`The workflow has two steps with the name "${step.name}".`);
    steps.set(step.name, step);
  }
  const connections = listOf(fields, 'connections', 'the workflow').map((value, index) =>
    readConnection(asFields(value, `Connection ${index + 1} of the workflow`), index),
  );
  for (const { from, to } of connections) {
    assertPort(steps, from, 'outputs', inputs);
    assertPort(steps, to, 'inputs', outputs);
  }
  return { steps: inOrder(steps, connections), connections };
}

function readStep(fields: Fields, index: number): Step {
  const subject = `step ${index + 1} of the workflow`;
  const name = textOf(fields, 'name', subject);
  if (name === undefined) throw new Error(`"name" of ${subject} is missing.`);
  const task = asFields(own(fields, 'task'), `"task" of ${subject}`);
  return { name, task, spec: readTaskSpec(task), isVisualization: Boolean(own(fields, 'visualization')) };
}

function readConnection(fields: Fields, index: number): Connection {
  const subject = `connection ${index + 1} of the workflow`;
  const text = (key: string) => textOf(fields, key, subject);
  const required = (key: string) => {
    const value = text(key);
    if (value === undefined) throw new Error(`"${key}" of ${subject} is missing.`);
    return value;
  };
  const [inputStep, outputStep] = [text('input_step'), text('output_step')];
  if (inputStep === undefined && outputStep === undefined) {
    throw new Error(`${subject} has neither "input_step" nor "output_step".`);
  }
  return {
    from: { step: outputStep, port: required(outputStep === undefined ? 'name' : 'output') },
    to: { step: inputStep, port: required(inputStep === undefined ? 'name' : 'input') },
  };
}

function assertPort(
  steps: ReadonlyMap<string, Step>,
  { step: name, port }: Connection['from'],
  side: 'inputs' | 'outputs',
  ofWorkflow: ReadonlyMap<string, unknown>,
): void {
  const step = name === undefined ? undefined : steps.get(name);
  if (name !== undefined && !step)
    throw new Error(`A connection of the workflow names the step "${name}", which does not exist.`);
  if ((step ? step.spec[side] : ofWorkflow).has(port)) return;
  const owner = step
    ? `the ${side} of step "${name}"`
    : `the ${side === 'outputs' ? 'inputs' : 'outputs'} of the workflow`;
  throw new Error(`A connection of the workflow names "${port}", which is not among ${owner}.`);
}

/** Sorts steps so that each follows those it depends on, and otherwise as they were sent. */
function inOrder(steps: ReadonlyMap<string, Step>, connections: readonly Connection[]): Step[] {
  const waitsFor = new Map([...steps.keys()].map((name) => [name, new Set<string>()]));
  const followers = new Map([...steps.keys()].map((name) => [name, [] as string[]]));
  for (const { from, to } of connections) {
    if (from.step === undefined || to.step === undefined) continue;
    waitsFor.get(to.step)!.add(from.step);
    followers.get(from.step)!.push(to.step);
  }
  const ready = [...steps.keys()].filter((name) => waitsFor.get(name)!.size === 0);
  const ordered: Step[] = [];
  for (const name of ready) {
    ordered.push(steps.get(name)!);
    for (const follower of new Set(followers.get(name))) {
      const open = waitsFor.get(follower)!;
      open.delete(name);
      if (open.size === 0) ready.push(follower);
    }
  }
  if (ordered.length === steps.size) return ordered;
  const waiting = [...steps.keys()].filter((name) => waitsFor.get(name)!.size > 0);
  throw new Error(
    `The workflow has a cycle: these steps wait for each other: ${waiting.map((name) => `"${name}"`).join(', ')}.`,
  );
}
