import type { AppSettings } from '../../task/config.ts';
import type { TaskOptions } from '../../task/options.ts';
import type { EntryPoint } from './entryPoint.ts';
import type { Fault, Step } from './faults.ts';

/** What the process that imports a plugin is asked. */
export interface InspectionRequest {
  /** Absolute path of the deployment. */
  readonly root: string;
  /** `name@version` of the plugin. */
  readonly plugin: string;
  /** Absolute path of the plugin's package. */
  readonly folder: string;
  readonly entryPoint: EntryPoint;
  /** What the plugins before this one changed in the app's settings. */
  readonly settings: Partial<AppSettings>;
}

/** A task as a task module exports it: what there is to know of it, and no judgement. */
export interface ExportedTask {
  /** The plugin that lists the module: `name@version`. */
  readonly plugin: string;
  readonly module: string;
  readonly exportName: string;
  /** Equal for two exports of one inspection that are the same task. */
  readonly identity: number;
  /** Where `app.task` was called; equal for the same task in two plugins. */
  readonly definedAt: string;
  /** The name that a program sees that imports the task; or why it has none. */
  readonly seen: { readonly name: string } | { readonly error: string };
  /** The options that are JSON data. */
  readonly options: TaskOptions;
  /** The function's source and `length`, from which its parameters are read. */
  readonly source: string;
  readonly length: number;
}

/** What a plugin turned out to be. */
export interface PluginInspection {
  readonly tasks: readonly ExportedTask[];
  readonly faults: readonly Fault[];
  /** What this plugin and those before it changed in the app's settings. */
  readonly settings: Partial<AppSettings>;
  /** What is likely a mistake, but keeps nothing from working. */
  readonly notices: readonly string[];
}

/** What the process says: each step as it begins, and in the end the inspection. */
export type FromChild =
  | { readonly kind: 'step'; readonly step: Step }
  | { readonly kind: 'inspected'; readonly inspection: PluginInspection };
