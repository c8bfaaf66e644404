import type { Fault, Step, TaskPlace } from './faults.ts';

/** What went wrong and the way out, in one or two sentences; text of the plugin's follows, indented. */
export function describeFault(fault: Fault): string {
  switch (fault.code) {
    case 'ROOT_UNREADABLE':
      return `${fault.file} cannot be read: ${fault.reason}. Its "dependencies" say which plugins there are: run this command where it lies, or give --root.`;
    case 'DEPENDENCY_UNRESOLVABLE':
      return `The dependency ${quote(fault.dependency)} of ${fault.root} cannot be found: ${fault.reason}. Run npm install, or take it out of "dependencies".`;
    case 'ENTRY_POINT_MALFORMED':
      return `${fault.plugin} declares the entry point ${quote(fault.entryPoint)}: ${fault.reason}. Write it as "name = module:Class", for example "gwexample = gwexample:GWExamplePlugin".`;
    case 'MODULE_UNRESOLVABLE':
      return `The entry point of ${fault.plugin} names the module ${quote(fault.module)}, which cannot be found: ${fault.reason}. Name a module that the package's "exports" give.`;
    case 'MODULE_FAILED':
      return `The module ${quote(fault.module)}, which the entry point of ${fault.plugin} names, fails when it is imported:${block(fault.error)}`;
    case 'EXPORT_MISSING':
      return `The entry point of ${fault.plugin} names ${quote(fault.pluginClass)}, which ${quote(fault.module)} does not export; it exports ${listed(fault.exports)}. Export the class, or correct the entry point.`;
    case 'NOT_A_PLUGIN_CLASS':
      return `${quote(fault.pluginClass)} of ${quote(fault.module)}, the entry point of ${fault.plugin}, is not a plugin class but ${fault.found}. It has to extend GirderWorkerPluginABC of 'girder-worker'.`;
    case 'PLUGIN_CONSTRUCTOR_FAILED':
      return `The constructor of ${quote(fault.pluginClass)} (${fault.plugin}) throws. It is given the app, and should need nothing else:${block(fault.error)}`;
    case 'TASK_IMPORTS_FAILED':
      return `taskImports() of ${quote(fault.pluginClass)} (${fault.plugin}) does not give a list of modules. It has to return an array of import specifiers, such as ['gwexample/analyses/tasks']:${block(fault.error)}`;
    case 'TASK_MODULE_UNRESOLVABLE':
      return `taskImports() of ${fault.plugin} lists ${quote(fault.module)}, which cannot be imported: ${fault.reason}. List modules as a program would import them, and add them to the package's "exports".`;
    case 'TASK_MODULE_FAILED':
      return `The task module ${quote(fault.module)} of ${fault.plugin} fails when it is imported; mend it, or take it out of taskImports():${block(fault.error)}`;
    case 'TASK_MODULE_COMMON_JS':
      return `The task module ${quote(fault.module)} of ${fault.plugin} is CommonJS, whose exports a bundle does not know by name. Make it an ES module: "type": "module" in its package.json, import and export in its source.`;
    case 'TASK_NAME_TAKEN':
      return `Several tasks are named ${quote(fault.task)}: ${fault.owners.map(describePlace).join('; ')}. Give one of them another name: app.task({ name: '…' }, …).`;
    case 'TASK_NAME_INVALID':
      return `${describePlace(fault.place)} would be named ${quote(fault.task)}, which is not a task name: ${fault.reason}.`;
    case 'TASK_NAME_DIFFERS':
      return describeDifference(fault.task, fault.place, fault.seen);
    case 'PLUGIN_CHILD_DIED':
      return `${fault.plugin} ended its process (${typeof fault.exit === 'number' ? `exit code ${fault.exit}` : fault.exit}) ${describeStep(fault.during)}. Its code must not exit, and must await what may fail${output(fault.output)}`;
    case 'PLUGIN_CHILD_TIMED_OUT':
      return `${fault.plugin} made no progress for ${fault.limitMs / 1000} s ${describeStep(fault.during)}. What runs on import has to end: no loops, no servers, no waiting${output(fault.output)}`;
  }
}

function describeDifference(task: string, place: TaskPlace, seen: { name: string } | { error: string }): string {
  const where = describePlace(place);
  const explicit = `give it its name: app.task({ name: ${quote(task)} }, …)`;
  if ('error' in seen) {
    return `${where} would be named ${quote(task)}, but a program that imports it cannot tell its name. Define it in a module that the package's "exports" give and list that one in taskImports(), or ${explicit}:${block(seen.error)}`;
  }
  return `${where} would be named ${quote(task)}, but a program that imports it sees ${quote(seen.name)} and sends that. List in taskImports() the module that defines it, under the first name that the package's "exports" give it; or ${explicit}.`;
}

function describePlace({ plugin, module, exportName }: TaskPlace): string {
  return `${quote(exportName)} of ${quote(module)} (${plugin})`;
}

function describeStep(step: Step): string {
  switch (step.kind) {
    case 'starting':
      return 'before it was imported, while the library was loaded';
    case 'importing':
      return `while ${quote(step.module)} was imported`;
    case 'constructing':
      return `in the constructor of ${quote(step.pluginClass)}`;
    case 'listing':
      return `in taskImports() of ${quote(step.pluginClass)}`;
  }
}

/** Names come from packages: quoted and escaped, they cannot pass for a part of the message. */
function quote(name: string): string {
  return `'${JSON.stringify(name).slice(1, -1).replaceAll('\\"', '"')}'`;
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.map(quote).join(', ');
}

function output(text: string): string {
  return text.trim() === '' ? '.' : `. It wrote:${block(text)}`;
}

function block(text: string): string {
  const indented = text
    .trimEnd()
    .split('\n')
    .map((line) => `     ${line}`);
  return `\n${indented.join('\n')}`;
}
