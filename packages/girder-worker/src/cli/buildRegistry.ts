import { relative, resolve } from 'node:path';
import { Command } from 'commander';
import type { RegistryBuild, RegistryBuildOptions } from '../build/registry/buildRegistry.ts';
import type { Staleness } from '../build/registry/staleness.ts';

interface CommandOptions {
  readonly root: string;
  readonly out?: string;
  readonly check?: true;
}

/** Where a command writes: Commander's `configureOutput`. */
interface Output {
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
}

export function buildRegistryCommand(): Command {
  return new Command('build-registry')
    .description('Write down which tasks the plugins have: the registry that the dispatcher is built with.')
    .option('--root <folder>', 'folder of the package.json whose dependencies are the plugins', '.')
    .option('--out <file>', 'the registry (default: functions/dispatcher/registry.generated.ts below --root)')
    .option('--check', 'write nothing, and fail if the registry is not up to date')
    .addHelpText('after', help)
    .action(async ({ root, out, check }: CommandOptions, command: Command) => {
      const output = command.configureOutput() as Output;
      const succeeded = await (check ? checkRegistry : updateRegistry)(root, out, output);
      if (!succeeded) process.exitCode = 1;
    });
}

const help = `
A plugin is a package that declares entry points in the group girder_worker_plugins, in its package.json:

  "entry_points": { "girder_worker_plugins": ["gwexample = gwexample:GWExamplePlugin"] }

The string is "name = module:Class"; the class extends GirderWorkerPluginABC, and its taskImports() lists the modules
that export the tasks. To deploy a plugin, add its package to the dependencies of the root package.json.

Example:
  $ npm install gwexample
  $ girder-worker build-registry
  gwexample@0.1.0: 2 tasks
  Wrote functions/dispatcher/registry.generated.ts: 2 tasks of 1 plugin.`;

/**
 * Builds the registry of the deployment in this folder and writes it down. Resolves to false, having told why, if there
 * is a fault in a plugin.
 */
export async function updateRegistry(root: string, out: string | undefined, output: Output): Promise<boolean> {
  const build = await buildAndTell(root, output);
  if (!build) return false;
  const { registryFile, writeRegistry } = await import('../build/registry/registryFile.ts');
  const file = resolve(root, out === undefined ? registryFile : resolve(out));
  const written = await writeRegistry(file, build.text);
  const content = `${count(build.tasks, 'task')} of ${count(build.plugins.length, 'plugin')}`;
  output.writeOut(`${written ? 'Wrote' : 'Nothing new in'} ${shown(file)}: ${content}.\n`);
  return true;
}

async function checkRegistry(root: string, out: string | undefined, output: Output): Promise<boolean> {
  const build = await buildAndTell(root, output);
  if (!build) return false;
  const { readRegistry, registryFile } = await import('../build/registry/registryFile.ts');
  const { staleness } = await import('../build/registry/staleness.ts');
  const file = resolve(root, out === undefined ? registryFile : resolve(out));
  const committed = await readRegistry(file);
  const stale = committed === undefined ? undefined : staleness(committed, build.text);
  if (committed !== undefined && !stale) {
    output.writeOut(`${shown(file)} is up to date.\n`);
    return true;
  }
  output.writeErr(stale ? `${shown(file)} is not up to date:\n${describe(stale)}` : `${shown(file)} does not exist.\n`);
  output.writeErr('Run npm run build-registry, and commit what it writes.\n');
  return false;
}

async function buildAndTell(root: string, { writeOut, writeErr }: Output): Promise<RegistryBuild | undefined> {
  // Loaded only here, as no other command needs it.
  const { buildRegistry } = await import('../build/registry/buildRegistry.ts');
  const { RegistryBuildError } = await import('../build/plugins/registryBuildError.ts');
  const onPlugin: RegistryBuildOptions['onPlugin'] = ({ id, tasks, faults }) =>
    writeOut(`${id}: ${count(tasks, 'task')}${faults === 0 ? '' : `, ${count(faults, 'fault')}`}\n`);
  try {
    const build = await buildRegistry({ root, onPlugin });
    for (const notice of build.notices) writeErr(`Note: ${notice}\n`);
    if (build.plugins.length === 0) {
      writeOut(
        'No dependency of the root package.json is a plugin: the registry is empty. See girder-worker build-registry --help.\n',
      );
    }
    return build;
  } catch (error) {
    if (!(error instanceof RegistryBuildError)) throw error;
    writeErr(`${error.message}\n`);
    return undefined;
  }
}

function describe({ added, removed, changed, elsewhere }: Staleness): string {
  const lines = [
    ...added.map((task) => `+ ${task} (not in it yet)`),
    ...removed.map((task) => `- ${task} (no longer a task)`),
    ...changed.map((task) => `~ ${task} (its plugin, options, parameters or module differ)`),
    ...(elsewhere ? ['~ the settings, or the form of the file'] : []),
  ];
  return lines.map((line) => `  ${line}\n`).join('');
}

/** A path as it is shortest to read and to click on. */
export function shown(file: string): string {
  const path = relative(process.cwd(), file);
  return path.startsWith('..') ? file : path;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
