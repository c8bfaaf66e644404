/** Where a task is exported: the plugin that lists the module, the module and the export. */
export interface TaskPlace {
  /** The plugin: `name@version`. */
  readonly plugin: string;
  /** Import specifier of the task module. */
  readonly module: string;
  readonly exportName: string;
}

/** The methods of a plugin that list modules. */
export type ImportMethod = 'taskImports' | 'middlewareImports';

/** The step of the inspection that a plugin failed at, in the order in which they are taken. */
export type Step =
  | { readonly kind: 'starting' }
  | { readonly kind: 'importing'; readonly module: string }
  | { readonly kind: 'constructing'; readonly pluginClass: string }
  | { readonly kind: 'listing'; readonly pluginClass: string; readonly method: ImportMethod };

/**
 * A reason why the registry cannot be built. Faults are plain data, because most of them are found in the process of the
 * plugin and sent to this one. `error` and `output` are texts of the plugin.
 */
export type Fault =
  | { readonly code: 'ROOT_UNREADABLE'; readonly file: string; readonly reason: string }
  | {
      readonly code: 'DEPENDENCY_UNRESOLVABLE';
      readonly dependency: string;
      readonly root: string;
      readonly reason: string;
    }
  | {
      readonly code: 'ENTRY_POINT_MALFORMED';
      readonly plugin: string;
      readonly entryPoint: string;
      readonly reason: string;
    }
  | { readonly code: 'MODULE_UNRESOLVABLE'; readonly plugin: string; readonly module: string; readonly reason: string }
  | { readonly code: 'MODULE_FAILED'; readonly plugin: string; readonly module: string; readonly error: string }
  | {
      readonly code: 'TYPESCRIPT_NOT_BUILT';
      readonly plugin: string;
      readonly module: string;
      /** The TypeScript file that Node.js refuses to run. */
      readonly file: string;
    }
  | {
      readonly code: 'EXPORT_MISSING';
      readonly plugin: string;
      readonly module: string;
      readonly pluginClass: string;
      readonly exports: readonly string[];
    }
  | {
      readonly code: 'NOT_A_PLUGIN_CLASS';
      readonly plugin: string;
      readonly module: string;
      readonly pluginClass: string;
      readonly found: string;
    }
  | {
      readonly code: 'PLUGIN_CONSTRUCTOR_FAILED';
      readonly plugin: string;
      readonly pluginClass: string;
      readonly error: string;
    }
  | {
      readonly code: 'TASK_IMPORTS_FAILED';
      readonly plugin: string;
      readonly pluginClass: string;
      readonly method: ImportMethod;
      readonly error: string;
    }
  | {
      readonly code: 'TASK_MODULE_UNRESOLVABLE';
      readonly plugin: string;
      readonly module: string;
      readonly method: ImportMethod;
      readonly reason: string;
    }
  | {
      readonly code: 'TASK_MODULE_FAILED';
      readonly plugin: string;
      readonly module: string;
      readonly method: ImportMethod;
      readonly error: string;
    }
  | { readonly code: 'TASK_MODULE_COMMON_JS'; readonly plugin: string; readonly module: string }
  | { readonly code: 'TASK_NAME_TAKEN'; readonly task: string; readonly owners: readonly TaskPlace[] }
  | { readonly code: 'TASK_NAME_INVALID'; readonly task: string; readonly place: TaskPlace; readonly reason: string }
  | {
      readonly code: 'TASK_NAME_DIFFERS';
      /** The name that is derived from the module that the plugin lists. */
      readonly task: string;
      readonly place: TaskPlace;
      /** The name that a program sees when it imports the module, which clients send; or the reason why there is none. */
      readonly seen: { readonly name: string } | { readonly error: string };
    }
  | {
      readonly code: 'OPTION_UNSUPPORTED';
      readonly task: string;
      readonly place: TaskPlace;
      readonly option: string;
      /** The value as text. */
      readonly value: string;
    }
  | {
      readonly code: 'PLUGIN_CHILD_DIED';
      readonly plugin: string;
      readonly during: Step;
      /** The exit code, the name of the signal, or the reason why the process could not be started. */
      readonly exit: number | string;
      readonly output: string;
    }
  | {
      readonly code: 'PLUGIN_CHILD_TIMED_OUT';
      readonly plugin: string;
      readonly during: Step;
      readonly limitMs: number;
      readonly output: string;
    };

export type FaultCode = Fault['code'];
