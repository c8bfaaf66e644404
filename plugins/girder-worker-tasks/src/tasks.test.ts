import { JobStatus } from 'girder-worker/utils';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { convertBuiltIn } from './builtIns.ts';
import { startServer } from './fixtures/httpServer.ts';
import { RecordingJobManager, runSpec, testTask } from './fixtures/testTask.ts';
import { readSettings } from './settings.ts';
import { convert, run, validators } from './tasks.ts';

const add = {
  mode: 'javascript',
  script: 'y = a + b',
  inputs: [
    { name: 'a', type: 'number', format: 'number' },
    { name: 'b', type: 'number', format: 'number', default: { format: 'number', data: 1 } },
  ],
  outputs: [{ name: 'y', type: 'number', format: 'number' }],
};

beforeEach(() => vi.stubEnv('GIRDER_WORKER_RUN_MODES', 'javascript'));
afterEach(() => vi.unstubAllEnvs());

describe('girder_worker.run', () => {
  test('returns the bindings of the outputs in the format of the spec, or in the one that is asked for', async () => {
    expect(await run(add, { a: { format: 'json', data: '2' } })).toEqual({ y: { format: 'number', data: 3 } });
    expect(await run(add, { a: { data: 2 }, b: { data: 5 } }, { y: { format: 'json', script_data: 1 } })).toEqual({
      y: { format: 'json', data: '7' },
    });
  });

  test.each([
    [{}, 'Required input "a" is not provided, and has no default.'],
    [{ a: { data: 1 }, c: { data: 1 } }, 'Input "c" is bound, but the task has no such input. It has: "a", "b".'],
    [{ a: {} }, 'Input "a": The binding has neither "data" nor "url".'],
    [{ a: { data: 'x' } }, 'Input "a" is not in the expected type (number) and format (number): it is "x".'],
    [{ a: { format: 'csv', data: 'x' } }, 'No such validator number/csv. Formats of "number": json, number.'],
    [{ a: 5 }, 'The binding of input "a" must be an object, got 5.'],
    [{ a: { data: 1, mode: 'mongodb' } }, 'Unknown mode "mongodb" of a binding'],
  ])('refuses the inputs %j', async (inputs, reason) => {
    await expect(run(add, inputs)).rejects.toThrow(reason);
  });

  test('refuses a mode of Girder Worker that it does not have, and says which it has', async () => {
    await expect(run({ script: 'y = 1' })).rejects.toThrow(
      'This worker does not run tasks of mode "python". It has the modes "workflow", "javascript", "process". A task without "mode" has the mode "python".',
    );
    for (const mode of ['docker', 'r', 'constructor', '__proto__']) {
      await expect(run({ mode })).rejects.toThrow(`does not run tasks of mode "${mode}"`);
    }
  });

  test('refuses specs that have not the form of one', async () => {
    await expect(run([] as never)).rejects.toThrow('The task must be an object, got a list of 0.');
    await expect(run({ ...add, inputs: {} })).rejects.toThrow('"inputs" of the task must be a list');
    await expect(run({ ...add, inputs: [{}] })).rejects.toThrow('has neither "id" nor "name"');
    await expect(run({ ...add, inputs: [{ name: 'a', target: 'disk' }] })).rejects.toThrow(
      'must be "memory" or "filepath"',
    );
    await expect(run({ ...add, inputs: [{ name: 'a' }, { id: 'a' }] })).rejects.toThrow('two items with the id "a"');
  });

  test('neither checks nor converts data if the sender says so', async () => {
    const options = { validate: false, auto_convert: false };
    const { y } = await runSpec(add, { a: { format: 'json', data: 'x' } }, {}, { options });
    expect(y!.data).toBe('x1');
    const unconverted = runSpec(add, { a: { format: 'json', data: '1' } }, {}, { options: { auto_convert: false } });
    await expect(unconverted).rejects.toThrow(
      'Input "a" has the format "json", but the task takes "number" and converts nothing.',
    );
  });

  test('takes the data from the bindings without fetching if "fetch" is false', async () => {
    expect(await run(add, { a: { url: 'http://192.0.2.1', data: 2 } }, null, false)).toEqual({
      y: { format: 'number', data: 3 },
    });
    await expect(run(add, { a: { url: 'http://192.0.2.1' } }, null, false)).rejects.toThrow('"fetch" is false');
  });

  test('keeps data of an input without a type as it is', async () => {
    const task = { mode: 'javascript', script: 'y = typeof a', inputs: [{ name: 'a' }], outputs: [{ name: 'y' }] };
    expect(await run(task, { a: { data: { deep: [1] } } })).toEqual({ y: { data: 'object' } });
  });

  test('does nothing if it is cancelled before its start', async () => {
    const signal = AbortSignal.abort();
    await expect(runSpec(add, { a: { data: 1 } }, {}, { signal })).rejects.toBe(signal.reason);
  });
});

describe('the job of girder_worker.run', () => {
  test('has a status for each phase: fetching, converting and running, converting and sending', async () => {
    await using server = await startServer((_, response) => response.end('2'));
    vi.stubEnv('GIRDER_WORKER_ALLOWED_URLS', server.origin);
    vi.stubEnv('GIRDER_WORKER_SKIP_STATUSES', '');
    const jobManager = new RecordingJobManager();
    const inputs = { a: { format: 'json', url: server.origin }, b: { format: 'json', data: '1' } };
    await runSpec(add, inputs, { y: { format: 'json' } }, { jobManager });
    expect(jobManager.statuses).toEqual([2, 820, 821, 2, 822, 823]);
  });

  test('gets no status for a phase that has nothing to do, nor 821, from which Girder allows no way to SUCCESS', async () => {
    const jobManager = new RecordingJobManager({ isStrict: true });
    await runSpec(add, { a: { data: 1 } }, {}, { jobManager });
    expect(jobManager.statuses).toEqual([2, 823]);

    const skipping = new RecordingJobManager({ isStrict: true });
    await runSpec(add, { a: { format: 'json', data: '1' } }, { y: { format: 'json' } }, { jobManager: skipping });
    expect(skipping.statuses).toEqual([2, 822, 823]);
  });

  test('stays at 821 if that is reported and its Girder allows no way on, and the task runs to its end', async () => {
    vi.stubEnv('GIRDER_WORKER_SKIP_STATUSES', '');
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    const jobManager = new RecordingJobManager({ isStrict: true });
    const { y } = await runSpec(add, { a: { format: 'json', data: '1' } }, {}, { jobManager });
    expect(y!.data).toBe(2);
    expect(jobManager.statuses).toEqual([2, 821]);
    expect(warn.mock.calls.flat().join()).toContain('add it to GIRDER_WORKER_SKIP_STATUSES');
    warn.mockRestore();
  });

  test('ends the task without a result if it has been cancelled', async () => {
    const jobManager = new RecordingJobManager({ isStrict: true });
    jobManager.statuses.push(JobStatus.CANCELING);
    expect(await runSpec(add, { a: { data: 1 } }, {}, { jobManager })).toBeNull();
  });
});

describe('girder_worker.convert', () => {
  test('returns the output binding with the converted data', async () => {
    const input = { format: 'csv', data: 'a,b\n1,2' };
    expect(await convert('table', input, { format: 'rows.json', name: 'n' })).toEqual({
      format: 'rows.json',
      name: 'n',
      data: '{"fields": ["a", "b"], "rows": [{"a": 1, "b": 2}]}',
    });
    expect(await convert('table', input, { format: 'csv' }, false)).toEqual(input);
  });

  test('reads from and writes to where its bindings say', async () => {
    const bodies: string[] = [];
    await using server = await startServer((_, response, body) => {
      bodies.push(body);
      response.end('(a:1,b);');
    });
    vi.stubEnv('GIRDER_WORKER_ALLOWED_URLS', server.origin);
    const output = { format: 'nested.json', url: server.origin };
    expect(await convert('tree', { format: 'newick', url: server.origin }, output)).toEqual(output);
    expect(bodies[1]).toContain('"node name": "a"');
  });

  test('refuses formats that do not exist or have no path, and data of another format', async () => {
    await expect(convert('tree', { format: 'x', data: '' }, { format: 'nested' })).rejects.toThrow(
      'No such validator tree/x',
    );
    const names = { format: 'column.names', data: [] };
    await expect(convert('table', names, { format: 'csv' })).rejects.toThrow(
      'No conversion path from table/column.names to table/csv.',
    );
    await expect(convert('table', { format: 'csv', data: 5 }, { format: 'rows' })).rejects.toThrow(
      'The data to convert is not',
    );
    await expect(convert('table', { data: 5 }, { format: 'rows' })).rejects.toThrow(
      'The argument "input" needs a "format".',
    );
  });

  test('reports the status that it is given', async () => {
    const jobManager = new RecordingJobManager({ isStrict: true });
    const formats = { input: { format: 'json', data: '1' }, output: { format: 'integer' } };
    const rest = { type: 'integer', fetch: true, status: JobStatus.CONVERTING_OUTPUT, options: {} };
    await convertBuiltIn(testTask({ jobManager }), { ...formats, ...rest });
    expect(jobManager.statuses).toEqual([2, 822, 823]);
  });
});

describe('girder_worker.validators', () => {
  test('lists the validators of a type and a format, where null stands for any', async () => {
    const names = async (...args: Parameters<typeof validators>) =>
      (await validators(...args)).map(({ type, format }) => `${type}/${format}`);
    expect(await names('tree', null)).toEqual(['tree/nested', 'tree/nested.json', 'tree/newick']);
    expect(await names(null, 'json')).toContain('boolean/json');
    expect(await names('none', null)).toEqual([]);
    expect((await names()).length).toBeGreaterThan(30);
  });

  test('describes a validator as a task with one input and a boolean output', async () => {
    expect(await validators('table', 'tsv')).toEqual([
      {
        type: 'table',
        format: 'tsv',
        validator: {
          mode: 'builtin',
          inputs: [{ name: 'input', type: 'table', format: 'tsv' }],
          outputs: [{ name: 'output', type: 'boolean', format: 'boolean' }],
          extensions: ['tsv'],
        },
      },
    ]);
  });
});

test('settings with values that cannot be used are reported with their names', () => {
  expect(() => readSettings({ GIRDER_WORKER_LOCAL_PATHS: 'data' })).toThrow(
    'GIRDER_WORKER_LOCAL_PATHS must be a list of absolute paths',
  );
  expect(() => readSettings({ GIRDER_WORKER_ALLOWED_URLS: 'example.org' })).toThrow(
    'GIRDER_WORKER_ALLOWED_URLS must be a list of URLs',
  );
  expect(() => readSettings({ GIRDER_WORKER_MAX_DATA_MB: '-1' })).toThrow(
    'GIRDER_WORKER_MAX_DATA_MB must be a number above 0',
  );
});
