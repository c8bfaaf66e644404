import type { AppSettings, TaskOptions } from 'girder-worker/internal/task';
import type { EntryPoint } from './entryPoint.ts';
import type { Fault, Step } from './faults.ts';

/** The request to the process that imports a plugin. */
export interface InspectionRequest {
  /** Absolute path of the deployment. */
  readonly root: string;
  /** `name@version` of the plugin. */
  readonly plugin: string;
  /** Absolute path of the plugin's package. */
  readonly folder: string;
  readonly entryPoint: EntryPoint;
  /** The settings of the app that earlier plugins have changed. */
  readonly settings: Partial<AppSettings>;
}

/** The request as it is sent: each answer must have its nonce. */
export interface NoncedRequest extends InspectionRequest {
  readonly nonce: string;
}

/** A task as a task module exports it. Whether it is valid is decided later. */
export interface ExportedTask {
  /** The plugin that lists the module: `name@version`. */
  readonly plugin: string;
  readonly module: string;
  readonly exportName: string;
  /** Equal for two exports of one inspection that are the same task. */
  readonly identity: number;
  /** The stack of the call of `app.task`; equal for the same task in two plugins. */
  readonly definedAt: string;
  /** The name that a program sees when it imports the task, or the reason why it has none. */
  readonly seen: { readonly name: string } | { readonly error: string };
  /** The options that are JSON data. */
  readonly options: TaskOptions;
  /** Options that girder-worker does not implement, with their values as text. */
  readonly unsupportedOptions: readonly { readonly option: string; readonly value: string }[];
  /** The function's source and `length`, from which its parameters are read. */
  readonly source: string;
  readonly length: number;
}

/** The result of the inspection of a plugin. */
export interface PluginInspection {
  readonly tasks: readonly ExportedTask[];
  /** The modules that call `app.use`. */
  readonly middleware: readonly string[];
  readonly faults: readonly Fault[];
  /** The settings of the app that this plugin and earlier ones have changed. */
  readonly settings: Partial<AppSettings>;
  /** Probable mistakes that do not prevent the build, one sentence each. */
  readonly notices: readonly string[];
}

/** A message of the process: each step when it begins, and the inspection at the end. */
export type ChildMessage =
  | { readonly kind: 'step'; readonly nonce: string; readonly step: Step }
  | { readonly kind: 'inspected'; readonly nonce: string; readonly inspection: PluginInspection };
