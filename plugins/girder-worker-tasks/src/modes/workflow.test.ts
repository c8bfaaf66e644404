import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { runSpec } from '../fixtures/testTask.ts';

const number = (name: string, more: object = {}) => ({ name, type: 'number', format: 'number', ...more });

function step(name: string, script: string, inputs: string[], outputs: string[]) {
  const ports = (names: string[]) => names.map((port) => number(port));
  return { name, task: { mode: 'javascript', script, inputs: ports(inputs), outputs: ports(outputs) } };
}

/** A connection, written as `from -> to`, where both are `step.port`, or the name of a port of the workflow. */
function connection(text: string) {
  const [from, to] = text.split(' -> ').map((end) => end.split('.')) as [string[], string[]];
  const [outputStep, output] = from.length === 2 ? from : [];
  const [inputStep, input] = to.length === 2 ? to : [];
  return {
    ...(outputStep === undefined ? { name: from[0] } : { output_step: outputStep, output }),
    ...(inputStep === undefined ? { name: to[0] } : { input_step: inputStep, input }),
  };
}

function workflow(steps: object[], connections: string[], more: object = {}) {
  return {
    mode: 'workflow',
    inputs: [number('x')],
    outputs: [number('y')],
    steps,
    connections: connections.map(connection),
    ...more,
  };
}

const x = { x: { format: 'number', data: 3 } };
const double = step('double', 'out = n * 2', ['n'], ['out']);
const add = step('add', 'sum = a + b', ['a', 'b'], ['sum']);

beforeEach(() => {
  vi.stubEnv('GIRDER_WORKER_RUN_MODES', 'javascript');
  vi.spyOn(console, 'log').mockReturnValue();
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('a workflow', () => {
  test('runs each step after those whose outputs it takes, whatever their order in the spec', async () => {
    const spec = workflow([add, double], ['x -> double.n', 'x -> add.a', 'double.out -> add.b', 'add.sum -> y']);
    expect(await runSpec(spec, x, { y: { format: 'json' } })).toEqual({
      y: { format: 'json', data: '9' },
      _visualizations: [],
    });
    expect(vi.mocked(console.log).mock.calls.flat()).toEqual([
      'Step "double" started',
      'Step "double" finished',
      'Step "add" started',
      'Step "add" finished',
    ]);
  });

  test('converts what steps exchange, and fills in the defaults of their inputs', async () => {
    const table = { name: 'rows', type: 'table', format: 'rows' };
    const make = {
      name: 'make',
      task: { mode: 'javascript', script: 'rows = "n\\n1\\n2"', outputs: [{ ...table, format: 'csv' }] },
    };
    const count = {
      name: 'count',
      task: {
        mode: 'javascript',
        script: 'y = rows.rows.length + offset',
        inputs: [table, number('offset', { default: { format: 'number', data: 40 } })],
        outputs: [number('y')],
      },
    };
    const spec = workflow([count, make], ['make.rows -> count.rows', 'count.y -> y'], { inputs: [] });
    expect((await runSpec(spec)).y!.data).toBe(42);
  });

  test('may be a step of a workflow, but not without end', async () => {
    const inner = { name: 'inner', task: workflow([double], ['x -> double.n', 'double.out -> y']) };
    const spec = workflow([inner], ['x -> inner.x', 'inner.y -> y']);
    expect((await runSpec(spec, x)).y!.data).toBe(6);
    let nested: object = double.task;
    for (let depth = 0; depth < 20; depth++) {
      const deeper = { name: 's', task: nested };
      const [input, output] = depth === 0 ? ['n', 'out'] : ['x', 'y'];
      nested = workflow([deeper], [`x -> s.${input}`, `s.${output} -> y`]);
    }
    await expect(runSpec(nested as never, x)).rejects.toThrow('Workflows are nested deeper than 10 levels.');
  });

  test('returns the inputs of visualization steps in the formats that they take', async () => {
    const show = {
      name: 'table',
      visualization: true,
      task: { inputs: [{ name: 'data', type: 'table', format: 'rows' }] },
    };
    const spec = workflow([show], ['x -> table.data'], {
      inputs: [{ name: 'x', type: 'table', format: 'csv' }],
      outputs: [],
    });
    const { _visualizations } = await runSpec(spec, { x: { format: 'csv', data: 'a\n1' } });
    const data = { fields: ['a'], rows: [{ a: 1 }] };
    expect(_visualizations).toEqual([
      { mode: 'preset', type: 'table', inputs: { data: { type: 'table', format: 'rows', data } } },
    ]);
  });

  test('with a cycle is refused before a step runs', async () => {
    const loop = step('loop', 'out = n', ['n'], ['out']);
    const cycle = workflow([double, loop], ['double.out -> loop.n', 'loop.out -> double.n', 'double.out -> y']);
    await expect(runSpec(cycle, x)).rejects.toThrow(
      'The workflow has a cycle: these steps wait for each other: "double", "loop".',
    );
    const self = workflow([loop], ['loop.out -> loop.n']);
    await expect(runSpec(self, x)).rejects.toThrow('wait for each other: "loop"');
    expect(console.log).not.toHaveBeenCalled();
  });

  test.each([
    ['nowhere.out -> y', 'names the step "nowhere", which does not exist'],
    ['double.none -> y', 'names "none", which is not among the outputs of step "double"'],
    ['z -> double.n', 'names "z", which is not among the inputs of the workflow'],
    ['double.out -> __proto__', 'names "__proto__", which is not among the outputs of the workflow'],
    ['x -> y', 'has neither "input_step" nor "output_step"'],
  ])('with the connection %s is refused', async (text, reason) => {
    await expect(runSpec(workflow([double], [text]), x)).rejects.toThrow(reason);
  });

  test('with two steps of one name, or a step without a task, is refused', async () => {
    await expect(runSpec(workflow([double, double], []), x)).rejects.toThrow('two steps with the name "double"');
    await expect(runSpec(workflow([{ name: 'a' }], []), x)).rejects.toThrow(
      '"task" of step 1 of the workflow must be an object',
    );
  });

  test('is refused before a step runs if one has a mode that is off or unknown', async () => {
    const docker = { name: 'docker', task: { mode: 'docker', docker_image: 'busybox' } };
    await expect(runSpec(workflow([double, docker], ['x -> double.n']), x)).rejects.toThrow(
      'Step "docker": This worker does not run tasks of mode "docker". It has the modes "workflow", "javascript", "process".',
    );
    vi.stubEnv('GIRDER_WORKER_RUN_MODES', '');
    await expect(runSpec(workflow([double], ['x -> double.n']), x)).rejects.toThrow(
      'Step "double": Tasks of mode "javascript" are off',
    );
    expect(console.log).not.toHaveBeenCalled();
  });

  test('fails with the name of the step that fails, or of the output that no step sets', async () => {
    const failing = step('failing', 'throw new Error("bad")', [], []);
    await expect(runSpec(workflow([failing], []), x)).rejects.toThrow('Step "failing": The script failed: Error: bad');
    await expect(runSpec(workflow([], []), x)).rejects.toThrow(
      'The task of mode "workflow" has not set its output "y".',
    );
  });

  test('stops between two steps when the task is cancelled', async () => {
    const controller = new AbortController();
    vi.mocked(console.log).mockImplementation((line: string) => {
      if (line === 'Step "double" finished') controller.abort();
    });
    const spec = workflow([double, add], ['x -> double.n', 'x -> add.a', 'double.out -> add.b', 'add.sum -> y']);
    const error = await runSpec(spec, x, {}, { signal: controller.signal }).catch((reason: unknown) => reason);
    expect(error).toBe(controller.signal.reason);
    expect(console.log).not.toHaveBeenCalledWith('Step "add" started');
  });
});
