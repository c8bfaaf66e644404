/** What girder-worker-dev and create-girder-worker-plugin, which are released together with this package, share with it: tasks and registries, for the build. */
export type { Keywords, Parameter, Parameters, Registry } from '../registry/registry.ts';
export { registryFile } from '../registry/registryFile.ts';
export { type AppSettings, defaultSettings } from '../task/config.ts';
export { definitionOf, type TaskDefinition } from '../task/definition.ts';
export { placeOf } from '../task/exportName.ts';
export { taskName } from '../task/name.ts';
export type { TaskOptions } from '../task/options.ts';
export { isPluginClass } from '../task/plugin.ts';
