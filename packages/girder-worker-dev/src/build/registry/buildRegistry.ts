import { resolve } from 'node:path';
import { discover } from '../plugins/discover.ts';
import type { Fault } from '../plugins/faults.ts';
import { inspectPlugin } from '../plugins/inspectPlugin.ts';
import type { PluginInspection } from '../plugins/pluginInspection.ts';
import { RegistryBuildError } from '../plugins/registryBuildError.ts';
import { type GeneratedTask, generate } from './generate.ts';
import { type NamedTask, nameTasks, placeOf } from './naming.ts';
import { parametersOfLength, readParameters } from './parameters.ts';

export interface RegistryBuildOptions {
  /** Folder of the package.json whose dependencies are the plugins. */
  readonly root: string;
  /** The longest time in ms for one step of a plugin, such as the import of one module with its imports. @default 60000 */
  readonly stepLimitMs?: number;
  /** Called after each plugin was inspected, in order, with the numbers of its tasks and faults. */
  readonly onPlugin?: (plugin: { readonly id: string; readonly tasks: number; readonly faults: number }) => void;
}

export interface RegistryBuild {
  /** The text of `registry.generated.ts`. */
  readonly text: string;
  /** The packages of the plugins: `name@version`. */
  readonly plugins: readonly string[];
  /** The number of tasks. */
  readonly tasks: number;
  /** Probable mistakes that do not prevent the build, one sentence each. */
  readonly notices: readonly string[];
}

/**
 * Generates the registry of a deployment from the entry points of its dependencies. Writes no file.
 *
 * Throws a RegistryBuildError with all faults of all plugins.
 */
export async function buildRegistry({
  root,
  stepLimitMs = 60_000,
  onPlugin,
}: RegistryBuildOptions): Promise<RegistryBuild> {
  const { plugins, faults, notices: manifestNotices } = discover(root);
  const inspections: PluginInspection[] = [];
  // One after the other: each plugin sees the settings that the earlier ones changed, and the last to set one decides.
  for (const { id, folder, entryPoint } of plugins) {
    const settings = inspections.at(-1)?.settings ?? {};
    const request = { root: resolve(root), plugin: id, folder, entryPoint, settings };
    const inspection = await inspectPlugin(request, stepLimitMs);
    inspections.push(inspection);
    onPlugin?.({ id, tasks: inspection.tasks.length, faults: inspection.faults.length });
  }

  const named = nameTasks(inspections);
  const allFaults = [
    ...faults,
    ...inspections.flatMap((inspection) => inspection.faults),
    ...named.faults,
    ...named.tasks.flatMap(unsupportedOptionFaults),
  ];
  if (allFaults.length > 0) throw new RegistryBuildError(allFaults);

  const notices = [
    ...manifestNotices,
    ...inspections.flatMap((inspection, index) =>
      inspection.notices.map((notice) => `${plugins[index]?.id}: ${notice}`),
    ),
  ];
  for (const { name, plugin, owner } of named.sharedTasks) {
    notices.push(`${plugin}: ${name} is defined by the same call of app.task as in ${owner}, which owns the name.`);
  }
  const tasks = named.tasks.map((task) => withParameters(task, notices));
  return {
    text: generate(tasks, inspections.at(-1)?.settings ?? {}, [
      ...new Set(inspections.flatMap(({ middleware }) => middleware)),
    ]),
    plugins: [...new Set(plugins.map(({ id }) => id))],
    tasks: tasks.length,
    notices,
  };
}

function unsupportedOptionFaults(task: NamedTask): Fault[] {
  return task.unsupportedOptions.map(({ option, value }) => ({
    code: 'OPTION_UNSUPPORTED',
    task: task.name,
    place: placeOf(task),
    option,
    value,
  }));
}

function withParameters(task: NamedTask, notices: string[]): GeneratedTask {
  const parameters = readParameters(task.source);
  if (!parameters) {
    notices.push(
      `${task.plugin}: ${task.name} accepts positional arguments only, because the source of its function cannot be read.`,
    );
  }
  return { ...task, parameters: parameters ?? parametersOfLength(task.length) };
}
