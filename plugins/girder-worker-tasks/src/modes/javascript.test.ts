import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { runSpec } from '../fixtures/testTask.ts';

const y = { name: 'y', type: 'object', format: 'object' };

function script(text: string, more: object = {}) {
  return { mode: 'javascript', script: text, outputs: [y], ...more };
}

async function result(text: string, more: object = {}): Promise<unknown> {
  return (await runSpec(script(text, more))).y!.data;
}

beforeEach(() => vi.stubEnv('GIRDER_WORKER_RUN_MODES', 'javascript'));
afterEach(() => vi.unstubAllEnvs());

test('a script does not run unless the deployment turns its mode on', async () => {
  vi.stubEnv('GIRDER_WORKER_RUN_MODES', 'process');
  await expect(result('y = 1')).rejects.toThrow(
    'Tasks of mode "javascript" are off, as they execute what a message says. To turn them on, the deployment sets the environment variable GIRDER_WORKER_RUN_MODES=process,javascript.',
  );
});

describe('a script', () => {
  test('has its inputs as variables, may await, and sets its outputs with or without a declaration', async () => {
    const task = {
      mode: 'javascript',
      script: 'const sum = await Promise.resolve(a.rows[0].n + b);\nlast = String(a.fields); // the end',
      inputs: [
        { name: 'a', type: 'table', format: 'rows' },
        { id: 'b', name: 'The second', type: 'number', format: 'number', default: { format: 'json', data: '2' } },
      ],
      outputs: [
        { name: 'sum', type: 'number', format: 'number' },
        { name: 'last', type: 'string', format: 'text' },
      ],
    };
    const outputs = await runSpec(task, { a: { format: 'csv', data: 'n\n40' } }, { sum: { format: 'json' } });
    expect(outputs).toEqual({ sum: { format: 'json', data: '42' }, last: { format: 'text', data: 'n' } });
  });

  test('fails with its own error and line', async () => {
    await expect(result('const a = 1;\nthrow new TypeError("bad")')).rejects.toThrow(
      'The script failed: TypeError: bad (line 2 of the script)',
    );
    await expect(result('const = 1')).rejects.toThrow("SyntaxError: Unexpected token '='");
    await expect(result('throw 5')).rejects.toThrow('The script threw 5');
    await expect(result('}); y = 1; (async () => {')).rejects.toThrow('The script failed: SyntaxError');
  });

  test('fails if it does not set an output, even one with the name of a global', async () => {
    await expect(result('')).rejects.toThrow('The script has not set its output "y".');
    const global = { outputs: [{ name: 'constructor' }] };
    await expect(runSpec(script('', global))).rejects.toThrow('has not set its output "constructor"');
    await expect(result('y = 1; return')).rejects.toThrow('The script must not return');
  });

  test('may have inputs and outputs called __proto__', async () => {
    const task = script('const y = __proto__ + 1', { inputs: [{ name: '__proto__' }] });
    const { y: output } = await runSpec(task, JSON.parse('{"__proto__": {"data": 4}}'));
    expect(output!.data).toBe(5);
  });

  test('is refused if a name cannot be a variable', async () => {
    for (const name of ['a-b', '1a', 'a){}; evil(); (function(']) {
      const task = script('y = 1', { inputs: [{ name }] });
      await expect(runSpec(task, { [name]: { data: 1 } })).rejects.toThrow('cannot be the name of a variable');
    }
    const task = script('y = 1', { inputs: [{ name: 'class' }] });
    await expect(runSpec(task, { class: { data: 1 } })).rejects.toThrow('SyntaxError');
  });

  test('sees no environment variables, and cannot change those of the function', async () => {
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    expect(await result('process.env.NEW = "x"; y = Object.keys(process.env)')).toEqual(['NEW']);
    expect(process.env.NEW).toBeUndefined();
  });

  test('writes to the log line by line, all of it before its end', async () => {
    const log = vi.spyOn(console, 'log').mockReturnValue();
    await result(
      'for (let i = 0; i < 100; i++) console.log("line " + i);\nconsole.error("warning"); process.stdout.write("rest"); y = 1',
    );
    const lines = log.mock.calls.map(([line]) => line as string);
    log.mockRestore();
    expect(lines).toHaveLength(102);
    expect(lines).toEqual(expect.arrayContaining(['line 0', 'line 99', 'warning', 'rest']));
  });

  test('that prints without end is logged up to 1 MiB', async () => {
    const log = vi.spyOn(console, 'log').mockReturnValue();
    await result('for (let i = 0; i < 3000; i++) console.log("x".repeat(999)); y = 1');
    const lines = log.mock.calls.map(([line]) => line as string);
    log.mockRestore();
    expect(lines.join('\n').length).toBeLessThan(1024 * 1024 + 200);
    expect(lines).toContain('… The output is longer than 1 MiB. The rest is not logged.');
  });

  test('fails if an output is no data', async () => {
    await expect(result('y = () => 1')).rejects.toThrow('An output of the script cannot leave its thread');
    await expect(
      runSpec(script('y = "a"', { outputs: [{ ...y, type: 'integer', format: 'integer' }] })),
    ).rejects.toThrow('Output "y" is not in the expected type (integer) and format (integer): it is "a".');
  });

  test('is terminated when the task is cancelled, although it never ends', async () => {
    const controller = new AbortController();
    const log = vi.spyOn(console, 'log').mockImplementation(() => controller.abort());
    const error = await runSpec(
      script('console.log("started"); await null; for (;;);'),
      {},
      {},
      { signal: controller.signal },
    ).catch((reason: unknown) => reason);
    log.mockRestore();
    expect(error).toBe(controller.signal.reason);
  });

  test('is terminated at its time limit, and at its memory limit', async () => {
    await expect(result('for (;;);', { time_limit: 0.2 })).rejects.toThrow('longer than its "time_limit" of 0.2 s');
    const hungry = 'const list = []; for (;;) list.push({ length: list.length })';
    await expect(result(hungry, { memory_limit: 24 })).rejects.toThrow('used more than its memory of 24 MiB');
    const buffers =
      'const list = []; for (;;) { list.push(new Uint8Array(1e6).fill(1)); await new Promise(setImmediate); }';
    await expect(result(buffers)).rejects.toThrow('used more than its memory of 64 MiB');
  });

  test('that ends its thread, or throws later, fails the task and not the worker', async () => {
    await expect(result('process.exit(3)')).rejects.toThrow('The script ended its thread with code 3');
    await expect(
      result('setImmediate(() => { throw new Error("late") }); await new Promise(() => {})'),
    ).rejects.toThrow('The script failed: late');
  });

  test('can leave a file in its temporary folder as an output, and no file elsewhere', async () => {
    const outputs = [{ name: 'y', type: 'string', format: 'text', target: 'filepath' }];
    const write = 'y = _tempdir + "/out"; require("node:fs").writeFileSync(y, "content")';
    expect((await runSpec(script(write, { outputs }))).y).toEqual({ format: 'text', data: 'content' });
    for (const path of ['"/etc/hostname"', '_tempdir', '_tempdir + "/../x"', '_tempdir + "/none"', '5']) {
      await expect(runSpec(script(`y = ${path}`, { outputs })), path).rejects.toThrow('Output "y"');
    }
    const link = 'y = _tempdir + "/link"; require("node:fs").symlinkSync("/etc/hostname", y)';
    await expect(runSpec(script(link, { outputs }))).rejects.toThrow('is not in the temporary folder of the task');
  });

  test('is missing, or not allowed at its script_uri', async () => {
    await expect(runSpec({ mode: 'javascript' })).rejects.toThrow('needs "script" or "script_uri"');
    await expect(runSpec({ mode: 'javascript', script_uri: 'http://127.0.0.1/x.js' })).rejects.toThrow(
      'Cannot request',
    );
    await expect(runSpec({ mode: 'javascript', script_uri: 'file:///etc/passwd' })).rejects.toThrow(
      'GIRDER_WORKER_LOCAL_PATHS',
    );
  });
});
