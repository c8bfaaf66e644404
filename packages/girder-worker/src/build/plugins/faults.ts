/** Where a task is declared: which plugin lists which module, and how that module exports it. */
export interface TaskPlace {
  /** The plugin: `name@version`. */
  readonly plugin: string;
  /** Import specifier of the task module. */
  readonly module: string;
  readonly exportName: string;
}

/** What a plugin was doing when it went wrong; each follows on the one before. */
export type Step =
  | { readonly kind: 'starting' }
  | { readonly kind: 'importing'; readonly module: string }
  | { readonly kind: 'constructing'; readonly pluginClass: string }
  | { readonly kind: 'listing'; readonly pluginClass: string };

/**
 * One reason for which there is no registry. A closed family of plain data, as most of them are found in a process of
 * the plugin's own and cross over to ours; `error` and `output` are text of the plugin's.
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
      readonly error: string;
    }
  | {
      readonly code: 'TASK_MODULE_UNRESOLVABLE';
      readonly plugin: string;
      readonly module: string;
      readonly reason: string;
    }
  | { readonly code: 'TASK_MODULE_FAILED'; readonly plugin: string; readonly module: string; readonly error: string }
  | { readonly code: 'TASK_MODULE_COMMON_JS'; readonly plugin: string; readonly module: string }
  | { readonly code: 'TASK_NAME_TAKEN'; readonly task: string; readonly owners: readonly TaskPlace[] }
  | { readonly code: 'TASK_NAME_INVALID'; readonly task: string; readonly place: TaskPlace; readonly reason: string }
  | {
      readonly code: 'TASK_NAME_DIFFERS';
      /** The name by its module as the plugin lists it. */
      readonly task: string;
      readonly place: TaskPlace;
      /** The name that a program sees that imports the module: the name that clients send; or why there is none. */
      readonly seen: { readonly name: string } | { readonly error: string };
    }
  | {
      readonly code: 'PLUGIN_CHILD_DIED';
      readonly plugin: string;
      readonly during: Step;
      /** Exit code, or the name of the signal. */
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
