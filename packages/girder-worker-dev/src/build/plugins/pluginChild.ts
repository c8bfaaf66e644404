/**
 * The process in which a plugin is imported. `inspectPlugin` starts it and sends one request over the IPC channel; it
 * reports each step when it begins, and answers with the inspection.
 */
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import type { App, GirderWorkerPluginABC } from 'girder-worker';
import { isPluginClass } from 'girder-worker/internal/task';
import { BuildFaultError, errorText, toFault } from './buildFaultError.ts';
import { emptyModuleNotices, exportedTasks, type TaskModule } from './exportedTasks.ts';
import type { Fault, ImportMethod, Step } from './faults.ts';
import type { ChildMessage, InspectionRequest, NoncedRequest, PluginInspection } from './pluginInspection.ts';
import { isCommonJs, resolveFrom, resolveTaskModule } from './resolveModule.ts';
import { knownSettings } from './settings.ts';
import { unexportedTaskNotices } from './unexportedTasks.ts';

type Exports = Readonly<Record<string, unknown>>;

process.once('disconnect', () => process.exit());
const [{ nonce, ...request }] = (await once(process, 'message')) as [NoncedRequest];
// Taken before the plugin is imported, whose code could replace it to read the nonce.
const sendToParent = process.send!.bind(process);
await send({ kind: 'inspected', nonce, inspection: await inspectPlugin(request) });

async function inspectPlugin(request: InspectionRequest): Promise<PluginInspection> {
  const { app } = (await import(resolveFrom(request.root, 'girder-worker/app'))) as { app: App };
  app.config.update(request.settings);
  const defined = recordTasks(app);
  const faults: Fault[] = [];
  const modules: TaskModule[] = [];
  const own: string[] = [];
  const middleware: string[] = [];
  try {
    const plugin = await constructPlugin(request, app);
    // Of an older copy of the library, the base class has no middlewareImports().
    for (const specifier of await listModules(request, 'middlewareImports', () => plugin.middlewareImports?.() ?? []))
      if (await importModule(request, specifier, 'middlewareImports').catch(collect)) middleware.push(specifier);
    const listed = await listModules(request, 'taskImports', () => plugin.taskImports());
    if (listed.size === 0) own.push(`taskImports() of ${request.entryPoint.pluginClass} lists no module.`);
    for (const specifier of listed) {
      const exports = await importModule(request, specifier, 'taskImports').catch(collect);
      if (exports) modules.push({ specifier, exports });
    }
  } catch (error) {
    collect(error);
  }
  const tasks = exportedTasks(request.plugin, modules);
  const { settings, notices } = knownSettings(app.config.changes());
  const unexported = unexportedTaskNotices(defined, modules, request.folder);
  return {
    tasks,
    middleware,
    faults,
    settings,
    notices: [...notices, ...own, ...emptyModuleNotices(modules, tasks), ...unexported],
  };

  function collect(error: unknown): undefined {
    if (!(error instanceof BuildFaultError)) throw error;
    faults.push(error.fault);
  }
}

/** Returns the list of the tasks that `app.task` will have made. */
function recordTasks(app: App): readonly unknown[] {
  const defined: unknown[] = [];
  const define = app.task as (...args: unknown[]) => unknown;
  app.task = ((...args: unknown[]) => {
    const task = define.apply(app, args);
    defined.push(task);
    return task;
  }) as App['task'];
  return defined;
}

async function constructPlugin(
  { plugin, folder, entryPoint }: InspectionRequest,
  app: App,
): Promise<GirderWorkerPluginABC> {
  const { module, pluginClass } = entryPoint;
  await begin({ kind: 'importing', module });
  const url = await toFault(
    (error) => ({ code: 'MODULE_UNRESOLVABLE', plugin, module, reason: (error as Error).message }),
    () => resolveFrom(folder, module),
  );
  const exports = await toFault<Exports>(
    (error) => notBuilt(error, plugin, module) ?? { code: 'MODULE_FAILED', plugin, module, error: errorText(error) },
    () => import(url),
  );

  const found = pluginClass
    .split('.')
    .reduce<unknown>((object, name) => (object as Exports | null | undefined)?.[name], exports);
  if (found === undefined) {
    throw new BuildFaultError({ code: 'EXPORT_MISSING', plugin, module, pluginClass, exports: Object.keys(exports) });
  }
  if (!isPluginClass(found)) {
    throw new BuildFaultError({ code: 'NOT_A_PLUGIN_CLASS', plugin, module, pluginClass, found: kindOf(found) });
  }

  await begin({ kind: 'constructing', pluginClass });
  return toFault(
    (error) => ({ code: 'PLUGIN_CONSTRUCTOR_FAILED', plugin, pluginClass, error: errorText(error) }),
    () => new found(app),
  );
}

async function listModules(
  { plugin, entryPoint: { pluginClass } }: InspectionRequest,
  method: ImportMethod,
  list: () => unknown,
): Promise<ReadonlySet<string>> {
  await begin({ kind: 'listing', pluginClass, method });
  const listed: unknown = await toFault(
    (error) => ({ code: 'TASK_IMPORTS_FAILED', plugin, pluginClass, method, error: errorText(error) }),
    list,
  );
  if (!Array.isArray(listed) || !listed.every((item) => typeof item === 'string')) {
    const error = `It returned ${inspect(listed)}.`;
    throw new BuildFaultError({ code: 'TASK_IMPORTS_FAILED', plugin, pluginClass, method, error });
  }
  return new Set(listed);
}

async function importModule(
  { plugin, folder, root }: InspectionRequest,
  module: string,
  method: ImportMethod,
): Promise<Exports> {
  await begin({ kind: 'importing', module });
  const url = await toFault(
    (error) => ({ code: 'TASK_MODULE_UNRESOLVABLE', plugin, module, method, reason: (error as Error).message }),
    () => resolveTaskModule(module, folder, root),
  );
  const exports = await toFault<Exports>(
    (error) =>
      notBuilt(error, plugin, module) ?? {
        code: 'TASK_MODULE_FAILED',
        plugin,
        module,
        method,
        error: errorText(error),
      },
    () => import(url),
  );
  if (method === 'taskImports' && isCommonJs(url, exports))
    throw new BuildFaultError({ code: 'TASK_MODULE_COMMON_JS', plugin, module });
  return exports;
}

/** The fault of a plugin that was packed with its TypeScript sources; undefined for any other error. */
function notBuilt(error: unknown, plugin: string, module: string): Fault | undefined {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING') return undefined;
  const url = /file:[^"]+/.exec(message)?.[0];
  return { code: 'TYPESCRIPT_NOT_BUILT', plugin, module, file: url === undefined ? message : fileURLToPath(url) };
}

function kindOf(value: unknown): string {
  if (typeof value !== 'function') return `the value ${inspect(value, { depth: 0 })}`;
  return /^class\b/.test(Function.prototype.toString.call(value)) ? 'another class' : 'a function';
}

async function begin(step: Step): Promise<void> {
  await send({ kind: 'step', nonce, step });
}

/** Resolves when the message is written: it arrives even if the next line of the plugin ends the process. */
function send(message: ChildMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    sendToParent(message, (error: Error | null) => (error ? reject(error) : resolve()));
  });
}
