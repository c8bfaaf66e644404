import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { runSpec } from '../fixtures/testTask.ts';

const stdout = { name: '_stdout', type: 'object', format: 'json' };

function node(source: string, more: object = {}) {
  return { mode: 'process', program: 'node', args: ['-e', source], outputs: [stdout], ...more };
}

const printArguments = 'console.log(JSON.stringify(process.argv.slice(1)))';

beforeEach(() => {
  vi.stubEnv('GIRDER_WORKER_RUN_MODES', 'process');
  vi.stubEnv('GIRDER_WORKER_PROGRAMS', process.execPath);
});
afterEach(() => vi.unstubAllEnvs());

async function printed(task: object, inputs: object = {}, outputs: object = {}): Promise<unknown> {
  const bound = { ...outputs, _stdout: { format: 'object' } };
  return (await runSpec(task as never, inputs as never, bound as never))._stdout!.data;
}

test('a program does not run unless the deployment turns mode process on', async () => {
  vi.stubEnv('GIRDER_WORKER_RUN_MODES', '');
  await expect(printed(node('1'))).rejects.toThrow('GIRDER_WORKER_RUN_MODES=process.');
});

describe('a program', () => {
  test('is found by its name in the files and folders of the deployment, and nowhere else', async () => {
    vi.stubEnv('GIRDER_WORKER_PROGRAMS', `/nonexistent,${dirname(process.execPath)}`);
    expect(await printed(node('console.log(1)'))).toBe(1);
    for (const program of ['sh-that-is-not-there', 'node_modules']) {
      await expect(printed(node('', { program }))).rejects.toThrow(`The deployment has no program "${program}".`);
    }
    for (const program of ['/bin/sh', '../bin/sh', '..', '']) {
      await expect(printed(node('', { program }))).rejects.toThrow('must be the name of a program, without a folder');
    }
    vi.stubEnv('GIRDER_WORKER_PROGRAMS', '');
    await expect(printed(node(''))).rejects.toThrow('GIRDER_WORKER_PROGRAMS. It is not set.');
  });

  test('gets values, paths and flags of inputs and outputs as arguments, each inserted once and without a shell', async () => {
    const port = (name: string, more: object = {}) => ({ name, ...more });
    const task = node(printArguments, {
      inputs: [
        port('text', { type: 'string', format: 'text' }),
        port('list'),
        port('file', { type: 'string', format: 'text', target: 'filepath', filename: 'in.txt' }),
        port('on', { arg: '--on' }),
        port('off'),
      ],
      args: [
        '-e',
        `${printArguments}; for (const name of ["a.txt"]) require("node:fs").writeFileSync(name, "out")`,
        '--',
        '$input{text}',
        '--list=$input{list}',
        '$input{file}',
        '$output{out}',
        '$input{_tempdir}',
        '$flag{on}',
        '$flag{off}',
        'x$flag{on}',
        '',
      ],
      outputs: [stdout, port('out', { type: 'string', format: 'text', target: 'filepath' })],
    });
    const inputs = {
      text: { format: 'text', data: '$input{list}; $(id)' },
      list: { data: [1, { a: true }] },
      file: { format: 'text', data: 'content' },
      on: { data: [0] },
      off: { data: [] },
    };
    const outputs = { out: { name: 'a.txt' } };
    const [text, list, file, out, folder, ...flags] = (await printed(task, inputs, outputs)) as string[];
    expect([text, list]).toEqual(['$input{list}; $(id)', '--list=[1, {"a": true}]']);
    expect([file, out]).toEqual([`${folder}/in.txt`, `${folder}/a.txt`]);
    expect(flags).toEqual(['--on', 'x--on', '']);
    expect(existsSync(folder!)).toBe(false);
  });

  test('is refused if an argument names an input or an output that does not exist', async () => {
    for (const token of ['$input{x}', '$output{_stdout}', '$input{constructor}', '$output{__proto__}']) {
      await expect(printed(node('', { args: [token] }))).rejects.toThrow(`Cannot expand "${token}"`);
    }
    await expect(printed(node('', { args: [5] }))).rejects.toThrow('Item 1 of "args" of the task must be a string');
    await expect(printed(node('', { args: ['a\0b'] }))).rejects.toThrow('has a NUL character');
  });

  test('gets an argument of many templates that are not closed as it is', async () => {
    const unclosed = '$input{'.repeat(15_000);
    expect(await printed(node('', { args: ['-e', printArguments, '--', unclosed] }))).toEqual([unclosed]);
    await expect(printed(node('', { args: ['x'.repeat(1_000_000)] }))).rejects.toThrow(
      'The program "node" cannot be started: spawn E2BIG',
    );
  });

  test('has no credentials of the function in its environment, and runs in the temporary folder', async () => {
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    const source = 'console.log(JSON.stringify({ cwd: process.cwd(), env: process.env }))';
    const { cwd, env } = (await printed(node(source))) as { cwd: string; env: Record<string, string> };
    expect(env.HOME).toBe(cwd);
    expect(Object.keys(env)).not.toContain('AWS_SECRET_ACCESS_KEY');
    expect(Object.keys(env)).not.toContain('NODE_OPTIONS');
  });

  test('that fails is named with its exit code or its signal, and its streams are in the log', async () => {
    const log = vi.spyOn(console, 'log').mockReturnValue();
    await expect(runSpec(node('console.log("why"); process.exit(4)', { outputs: [] }))).rejects.toThrow(
      'The program "node" failed with exit code 4.',
    );
    expect(log).toHaveBeenCalledWith('why');
    log.mockRestore();
    await expect(printed(node('process.kill(process.pid, "SIGKILL")'))).rejects.toThrow('failed with signal SIGKILL');
  });

  test('that prints more than the limit is stopped', async () => {
    vi.stubEnv('GIRDER_WORKER_MAX_DATA_MB', '0.1');
    const endless = 'const write = () => process.stdout.write("x".repeat(65536), write); write()';
    await expect(printed(node(endless))).rejects.toThrow('The stdout of the program "node" is larger than 0.1 MiB');
  });

  test('that ignores SIGTERM is killed with its children when the task is cancelled', async () => {
    const controller = new AbortController();
    const lines: string[] = [];
    const log = vi.spyOn(console, 'log').mockImplementation((line: string) => {
      lines.push(line);
      if (lines.length === 2) controller.abort();
    });
    const child = 'process.on("SIGTERM", () => {}); console.log(process.pid); setInterval(() => {}, 1e6)';
    const parent = `require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(child)}], { stdio: "inherit" }); ${child}`;
    const error = await runSpec(node(parent, { outputs: [] }), {}, {}, { signal: controller.signal }).catch(
      (reason: unknown) => reason,
    );
    log.mockRestore();
    expect(error).toBe(controller.signal.reason);
    expect(lines).toHaveLength(2);
    for (const pid of lines) expect(isRunning(Number(pid))).toBe(false);
  });

  test('that takes longer than its time limit is stopped', async () => {
    await expect(printed(node('setInterval(() => {}, 1e6)', { time_limit: 0.2 }))).rejects.toThrow(
      'The program "node" took longer than its "time_limit" of 0.2 s.',
    );
  });

  test('that leaves a process behind ends nevertheless, and the process with it', async () => {
    const orphan = 'setInterval(() => {}, 1e6)';
    const source = `const { pid } = require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(orphan)}], { stdio: "inherit" }); console.log(pid); process.exit(0)`;
    expect(isRunning((await printed(node(source))) as number)).toBe(false);
  });
});

describe('a file output of a program', () => {
  const output = { name: 'out', type: 'string', format: 'text', target: 'filepath' };
  const write = (path: string) => `require("node:fs").writeFileSync(${JSON.stringify(path)}, "content")`;

  test('is read from the path of its spec, the name of its binding, or its id', async () => {
    const run = (file: string, port: object, binding: object) =>
      runSpec(node(write(file), { outputs: [{ ...output, ...port }] }), {}, { out: binding as never });
    expect((await run('a', { path: 'a' }, {})).out!.data).toBe('content');
    expect((await run('b', { path: '$output{out}' }, { name: 'b' })).out!.data).toBe('content');
    expect((await run('c', {}, { name: 'c' })).out!.data).toBe('content');
    expect((await run('out', {}, {})).out!.data).toBe('content');
  });

  test('cannot be outside of the temporary folder, also not by a symbolic link', async () => {
    const run = (port: object, source = '') => runSpec(node(source, { outputs: [{ ...output, ...port }] }));
    await expect(run({ path: '/etc/hostname' })).rejects.toThrow('must be relative to the temporary folder');
    await expect(run({ path: '../../etc/hostname' })).rejects.toThrow('is not in the temporary folder of the task');
    await expect(run({ path: 'none' })).rejects.toThrow('does not exist');
    await expect(run({}, 'require("node:fs").symlinkSync("/etc/hostname", "out")')).rejects.toThrow(
      'is not in the temporary',
    );
    await expect(run({ target: 'memory' })).rejects.toThrow('must be "_stdout" or "_stderr" in memory');
  });
});

/** Whether a process exists and is no zombie that its parent has not yet collected. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !/^State:\s*Z/m.test(readStatus(pid));
}

function readStatus(pid: number): string {
  try {
    return process.platform === 'linux' ? readFileSync(`/proc/${pid}/status`, 'utf8') : '';
  } catch {
    return 'State: Z';
  }
}
