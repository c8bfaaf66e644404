import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createDeployment } from '../../../../../test/support/deployment.ts';
import { buildRegistryCommand } from './buildRegistry.ts';

const registryFile = 'functions/dispatcher/registry.generated.ts';

afterEach(() => {
  process.exitCode = undefined;
});

/** Runs the command. Returns its output and the exit code that it set. */
async function run(...args: string[]): Promise<{ out: string; err: string; exitCode: number }> {
  let out = '';
  let err = '';
  const command = buildRegistryCommand().configureOutput({
    writeOut: (text) => {
      out += text;
    },
    writeErr: (text) => {
      err += text;
    },
  });
  process.exitCode = undefined;
  await command.parseAsync(args, { from: 'user' });
  return { out, err, exitCode: Number(process.exitCode ?? 0) };
}

describe('girder-worker build-registry', () => {
  test('prints the number of tasks of each plugin, and writes the registry to the path that the dispatcher imports', async () => {
    using deployment = createDeployment(['gwexample', '@gwexample/text-tools']);
    const { out, err, exitCode } = await run('--root', deployment.root);
    expect(out).toMatch(
      /^@gwexample\/text-tools@0\.1\.0: 5 tasks\ngwexample@0\.1\.0: 2 tasks\nWrote .*registry\.generated\.ts: 7 tasks of 2 plugins\.\n$/,
    );
    expect({ err, exitCode }).toEqual({ err: '', exitCode: 0 });
    expect(await readFile(join(deployment.root, registryFile), 'utf8')).toContain('gwexample.analyses.tasks.fibonacci');
  });

  test('does not write a registry that is up to date', async () => {
    using deployment = createDeployment(['gwexample']);
    await run('--root', deployment.root);
    const before = await stat(join(deployment.root, registryFile), { bigint: true });
    const { out } = await run('--root', deployment.root);
    expect(out).toMatch(/Nothing new in .*registry\.generated\.ts: 2 tasks of 1 plugin\.\n$/);
    const after = await stat(join(deployment.root, registryFile), { bigint: true });
    expect({ ino: after.ino, mtime: after.mtimeNs }).toEqual({ ino: before.ino, mtime: before.mtimeNs });
  });

  test('writes an empty registry if there is no plugin, and prints a note', async () => {
    using deployment = createDeployment([]);
    const { out, exitCode } = await run('--root', deployment.root, '--out', join(deployment.root, 'elsewhere.ts'));
    expect(out).toContain('No dependency of the root package.json is a plugin: the registry is empty.');
    expect(await readFile(join(deployment.root, 'elsewhere.ts'), 'utf8')).toContain('tasks: {},');
    expect(exitCode).toBe(0);
  });

  test('lists all faults with numbers and codes but no stack, and writes no registry', async () => {
    using deployment = createDeployment(['export-missing', 'gwexample', 'task-name-invalid']);
    const { out, err, exitCode } = await run('--root', deployment.root);
    expect(out).toBe(
      'export-missing@1.0.0: 0 tasks, 1 fault\ngwexample@0.1.0: 2 tasks\ntask-name-invalid@1.0.0: 1 task\n',
    );
    expect(err).toMatch(
      /^The registry cannot be built: 2 faults\.\n1\. \[EXPORT_MISSING\] .*\n2\. \[TASK_NAME_INVALID\] .*\n$/,
    );
    expect(exitCode).toBe(1);
    await expect(stat(join(deployment.root, registryFile))).rejects.toThrow('ENOENT');
  });

  test('prints notices about probable mistakes of a plugin, and succeeds', async () => {
    using deployment = createDeployment(['changing-settings']);
    const { err, exitCode } = await run('--root', deployment.root);
    expect(err).toContain('Note: changing-settings@1.0.0: it changes the setting "workerPoolRestarts"');
    expect(exitCode).toBe(0);
  });
});

describe('girder-worker build-registry --check', () => {
  test('succeeds if the registry is up to date', async () => {
    using deployment = createDeployment(['gwexample']);
    await run('--root', deployment.root);
    const { out, err, exitCode } = await run('--root', deployment.root, '--check');
    expect(out).toMatch(/registry\.generated\.ts is up to date\.\n$/);
    expect({ err, exitCode }).toEqual({ err: '', exitCode: 0 });
  });

  test('fails if tasks were added, removed or changed, lists them, and does not write the registry', async () => {
    using deployment = createDeployment(['gwexample']);
    await run('--root', deployment.root);
    const file = join(deployment.root, registryFile);
    const stale = (await readFile(file, 'utf8'))
      .replace('tasks.cancelable', 'tasks.removed')
      .replace(/\[\s*\{\s*"name": "n"\s*\}\s*\]/, '[]');
    await writeFile(file, stale);

    const { err, exitCode } = await run('--root', deployment.root, '--check');
    expect(err).toContain('registry.generated.ts is not up to date:\n');
    expect(err).toContain('  + gwexample.analyses.tasks.cancelable (');
    expect(err).toContain('  - gwexample.analyses.tasks.removed (');
    expect(err).toContain('  ~ gwexample.analyses.tasks.fibonacci (');
    expect(err).toMatch(/Run npm run build-registry and commit the file\.\n$/);
    expect(exitCode).toBe(1);
    expect(await readFile(file, 'utf8')).toBe(stale);
  });

  test('fails if there is no registry, and writes none', async () => {
    using deployment = createDeployment(['gwexample']);
    const { err, exitCode } = await run('--root', deployment.root, '--check');
    expect(err).toContain('registry.generated.ts does not exist.');
    expect(exitCode).toBe(1);
    await expect(stat(join(deployment.root, registryFile))).rejects.toThrow('ENOENT');
  });
});
