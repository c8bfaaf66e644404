import { Command } from 'commander';
import { displayPath, type Output, registryPath } from 'girder-worker/internal/cli';
import type { Staleness } from '../../build/registry/staleness.ts';
import { buildAndReport, updateRegistry } from '../shared/updateRegistry.ts';

interface BuildRegistryOptions {
  readonly root: string;
  readonly out?: string;
  readonly check?: true;
}

export function buildRegistryCommand(): Command {
  return new Command('build-registry')
    .description(
      'Write the registry: the file that lists the tasks of all plugins, from which the dispatcher loads them.',
    )
    .option('--root <folder>', 'folder of the deployment: the dependencies in its package.json are the plugins', '.')
    .option('--out <file>', 'file to write (default: functions/dispatcher/registry.generated.ts below --root)')
    .option('--check', 'write nothing, and fail if the registry is not up to date')
    .addHelpText('after', help)
    .action(async ({ root, out, check }: BuildRegistryOptions, command: Command) => {
      const output = command.configureOutput() as Output;
      const succeeded = await (check ? checkRegistry : updateRegistry)(root, out, output);
      if (!succeeded) process.exitCode = 1;
    });
}

const help = `
A plugin is a package that declares an entry point in the group girder_worker_plugins, in its package.json:

  "entry_points": { "girder_worker_plugins": ["gwexample = gwexample:GWExamplePlugin"] }

The string is "name = module:Class". The class extends GirderWorkerPluginABC, and its taskImports() returns the import
specifiers of the modules that export the tasks. To deploy a plugin, add its package to the dependencies of the
deployment. If a plugin has a fault, the command lists all faults with their codes, writes nothing and fails.

Examples:
  $ girder-worker build-registry
  gwexample@0.1.0: 2 tasks
  Wrote functions/dispatcher/registry.generated.ts: 2 tasks of 1 plugin.

  $ girder-worker build-registry --check
  gwexample@0.1.0: 2 tasks
  functions/dispatcher/registry.generated.ts is up to date.`;

async function checkRegistry(root: string, out: string | undefined, output: Output): Promise<boolean> {
  const build = await buildAndReport(root, output);
  if (!build) return false;
  const { readRegistryText } = await import('../../build/registry/registryFile.ts');
  const { staleness } = await import('../../build/registry/staleness.ts');
  const file = registryPath(root, out);
  const committed = await readRegistryText(file);
  const stale = committed === undefined ? undefined : staleness(committed, build.text);
  if (committed !== undefined && !stale) {
    output.writeOut(`${displayPath(file)} is up to date.\n`);
    return true;
  }
  const path = displayPath(file);
  output.writeErr(stale ? `${path} is not up to date:\n${describe(stale)}` : `${path} does not exist.\n`);
  output.writeErr('Run npm run build-registry and commit the file.\n');
  return false;
}

function describe({ added, removed, changed, elsewhere }: Staleness): string {
  const lines = [
    ...added.map((task) => `+ ${task} (new)`),
    ...removed.map((task) => `- ${task} (no longer a task)`),
    ...changed.map((task) => `~ ${task} (its plugin, options, parameters or module differ)`),
    ...(elsewhere ? ['~ the settings or the form of the file differ'] : []),
  ];
  return lines.map((line) => `  ${line}\n`).join('');
}
