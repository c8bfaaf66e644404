/**
 * The process in which a plugin is imported: started by `inspectPlugin` with an IPC channel, it is given one order,
 * reports each step as it begins, and answers with what it found. It runs the plugin's code, and judges little.
 */
import { once } from 'node:events';
import { inspect } from 'node:util';
import type { App } from '../task/app.ts';
import { type GirderWorkerPluginABC, isPluginClass } from '../task/plugin.ts';
import { emptyModules, exportedTasks, type TaskModule } from './exportedTasks.ts';
import { FaultFound, orFault, textOf } from './faultFound.ts';
import type { Fault, Step } from './faults.ts';
import type { FromChild, Inspection, InspectionOrder } from './inspection.ts';
import { isCommonJs, resolveFrom, resolveTaskModule } from './resolveModule.ts';
import { knownSettings } from './settings.ts';

type Exports = Readonly<Record<string, unknown>>;

process.once('disconnect', () => process.exit());
const [order] = (await once(process, 'message')) as [InspectionOrder];
await tell({ kind: 'inspected', inspection: await inspectPlugin(order) });

async function inspectPlugin(order: InspectionOrder): Promise<Inspection> {
  const { app } = (await import(resolveFrom(order.root, 'girder-worker/app'))) as { app: App };
  app.config.update(order.settings);
  const faults: Fault[] = [];
  const modules: TaskModule[] = [];
  try {
    const plugin = await constructPlugin(order, app);
    for (const specifier of await listTaskModules(order, plugin)) {
      const exports = await importTaskModule(order, specifier).catch(collect);
      if (exports) modules.push({ specifier, exports });
    }
  } catch (error) {
    collect(error);
  }
  const tasks = exportedTasks(order.plugin, modules);
  const { settings, notices } = knownSettings(app.config.changes());
  return { tasks, faults, settings, notices: [...notices, ...emptyModules(modules, tasks)] };

  function collect(error: unknown): undefined {
    if (!(error instanceof FaultFound)) throw error;
    faults.push(error.fault);
  }
}

async function constructPlugin(
  { plugin, folder, entryPoint }: InspectionOrder,
  app: App,
): Promise<GirderWorkerPluginABC> {
  const { module, pluginClass } = entryPoint;
  await begin({ kind: 'importing', module });
  const url = await orFault(
    (error) => ({ code: 'MODULE_UNRESOLVABLE', plugin, module, reason: (error as Error).message }),
    () => resolveFrom(folder, module),
  );
  const exports = await orFault<Exports>(
    (error) => ({ code: 'MODULE_FAILED', plugin, module, error: textOf(error) }),
    () => import(url),
  );

  const found = pluginClass
    .split('.')
    .reduce<unknown>((object, name) => (object as Exports | null | undefined)?.[name], exports);
  if (found === undefined) {
    throw new FaultFound({ code: 'EXPORT_MISSING', plugin, module, pluginClass, exports: Object.keys(exports) });
  }
  if (!isPluginClass(found)) {
    throw new FaultFound({ code: 'NOT_A_PLUGIN_CLASS', plugin, module, pluginClass, found: kindOf(found) });
  }

  await begin({ kind: 'constructing', pluginClass });
  return orFault(
    (error) => ({ code: 'PLUGIN_CONSTRUCTOR_FAILED', plugin, pluginClass, error: textOf(error) }),
    () => new found(app),
  );
}

async function listTaskModules(
  { plugin, entryPoint: { pluginClass } }: InspectionOrder,
  instance: GirderWorkerPluginABC,
): Promise<ReadonlySet<string>> {
  await begin({ kind: 'listing', pluginClass });
  const listed: unknown = await orFault(
    (error) => ({ code: 'TASK_IMPORTS_FAILED', plugin, pluginClass, error: textOf(error) }),
    () => instance.taskImports(),
  );
  if (!Array.isArray(listed) || !listed.every((item) => typeof item === 'string')) {
    const error = `It returned ${inspect(listed)}.`;
    throw new FaultFound({ code: 'TASK_IMPORTS_FAILED', plugin, pluginClass, error });
  }
  return new Set(listed);
}

async function importTaskModule({ plugin, folder, root }: InspectionOrder, module: string): Promise<Exports> {
  await begin({ kind: 'importing', module });
  const url = await orFault(
    (error) => ({ code: 'TASK_MODULE_UNRESOLVABLE', plugin, module, reason: (error as Error).message }),
    () => resolveTaskModule(module, folder, root),
  );
  const exports = await orFault<Exports>(
    (error) => ({ code: 'TASK_MODULE_FAILED', plugin, module, error: textOf(error) }),
    () => import(url),
  );
  if (isCommonJs(url, exports)) throw new FaultFound({ code: 'TASK_MODULE_COMMON_JS', plugin, module });
  return exports;
}

function kindOf(value: unknown): string {
  if (typeof value !== 'function') return `the value ${inspect(value, { depth: 0 })}`;
  return /^class\b/.test(Function.prototype.toString.call(value)) ? 'another class' : 'a function';
}

async function begin(step: Step): Promise<void> {
  await tell({ kind: 'step', step });
}

/** Resolves once the message is written, so that what follows may even end the process. */
function tell(message: FromChild): Promise<void> {
  return new Promise((done, failed) => {
    process.send?.(message, (error: Error | null) => (error ? failed(error) : done()));
  });
}
