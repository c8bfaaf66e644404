import { resolve } from 'node:path';
import { discover } from '../plugins/discover.ts';
import { inspectPlugin } from '../plugins/inspectPlugin.ts';
import type { PluginInspection } from '../plugins/pluginInspection.ts';
import { RegistryBuildError } from '../plugins/registryBuildError.ts';
import { type GeneratedTask, generate } from './generate.ts';
import { type NamedTask, nameTasks } from './naming.ts';
import { parametersOfLength, readParameters } from './parameters.ts';

export interface RegistryBuildOptions {
  /** Folder of the package.json whose dependencies are the plugins. */
  readonly root: string;
  /** How long a plugin may take for one step, such as the import of one module with all that it imports. @default 60000 */
  readonly stepLimitMs?: number;
  /** Called after each plugin, in order. */
  readonly onPlugin?: (plugin: { readonly id: string; readonly tasks: number; readonly faults: number }) => void;
}

export interface RegistryBuild {
  /** The text of `registry.generated.ts`. */
  readonly text: string;
  /** The plugins' packages, `name@version`. */
  readonly plugins: readonly string[];
  /** How many tasks they have. */
  readonly tasks: number;
  /** What is likely a mistake, but keeps nothing from working. */
  readonly notices: readonly string[];
}

/**
 * Generates the registry of a deployment from the entry points of its dependencies; writes nothing.
 *
 * Throws RegistryBuildError with every fault that there is.
 */
export async function buildRegistry({
  root,
  stepLimitMs = 60_000,
  onPlugin,
}: RegistryBuildOptions): Promise<RegistryBuild> {
  const { plugins, faults } = discover(root);
  const inspections: PluginInspection[] = [];
  // One after the other, as each sees the settings that those before it made, and the last to set one decides.
  for (const { id, folder, entryPoint } of plugins) {
    const settings = inspections.at(-1)?.settings ?? {};
    const order = { root: resolve(root), plugin: id, folder, entryPoint, settings };
    const inspection = await inspectPlugin(order, stepLimitMs);
    inspections.push(inspection);
    onPlugin?.({ id, tasks: inspection.tasks.length, faults: inspection.faults.length });
  }

  const named = nameTasks(inspections);
  const allFaults = [...faults, ...inspections.flatMap((inspection) => inspection.faults), ...named.faults];
  if (allFaults.length > 0) throw new RegistryBuildError(allFaults);

  const notices = inspections.flatMap((inspection, index) =>
    inspection.notices.map((notice) => `${plugins[index]?.id}: ${notice}`),
  );
  const tasks = named.tasks.map((task) => withParameters(task, notices));
  return {
    text: generate(tasks, inspections.at(-1)?.settings ?? {}),
    plugins: [...new Set(plugins.map(({ id }) => id))],
    tasks: tasks.length,
    notices,
  };
}

function withParameters(task: NamedTask, notices: string[]): GeneratedTask {
  const parameters = readParameters(task.source);
  if (!parameters) {
    notices.push(`${task.plugin}: ${task.name} takes arguments by place only, as its source cannot be read.`);
  }
  return { ...task, parameters: parameters ?? parametersOfLength(task.length) };
}
