import type { Fault, Step, TaskPlace } from './faults.ts';

/** One or two sentences: what failed, the value, and what to do. A text of the plugin follows, indented. */
export function describeFault(fault: Fault): string {
  switch (fault.code) {
    case 'ROOT_UNREADABLE':
      return `${fault.file} cannot be read: ${fault.reason}. The "dependencies" of this file are the plugins: run the command in the folder of the deployment, or name the folder with --root.`;
    case 'DEPENDENCY_UNRESOLVABLE':
      return `The dependency ${quote(fault.dependency)} of ${fault.root} cannot be found: ${fault.reason}. Run npm install, or remove it from "dependencies".`;
    case 'ENTRY_POINT_MALFORMED':
      return `${fault.plugin} declares the malformed entry point ${quote(fault.entryPoint)}: ${fault.reason}. Write it as "name = module:Class", for example "gwexample = gwexample:GWExamplePlugin".`;
    case 'MODULE_UNRESOLVABLE':
      return `The entry point of ${fault.plugin} names the module ${quote(fault.module)}, which cannot be found: ${fault.reason}. Name a module that is in the "exports" of the package.`;
    case 'MODULE_FAILED':
      return `The import of the module ${quote(fault.module)}, which the entry point of ${fault.plugin} names, failed. Fix the error:${block(fault.error)}`;
    case 'TYPESCRIPT_NOT_BUILT':
      return `The module ${quote(fault.module)} of ${fault.plugin} is the TypeScript file ${fault.file}, which Node.js does not run below node_modules. Compile the plugin to JavaScript before it is packed, and name the JavaScript in its "exports", as a plugin made by npm create girder-worker-plugin does; or make its folder a workspace of the deployment.`;
    case 'EXPORT_MISSING':
      return `The entry point of ${fault.plugin} names the class ${quote(fault.pluginClass)}, which ${quote(fault.module)} does not export; its exports are: ${list(fault.exports)}. Export the class, or correct the entry point.`;
    case 'NOT_A_PLUGIN_CLASS':
      return `The entry point of ${fault.plugin} names ${quote(fault.pluginClass)} of ${quote(fault.module)}, which is not a plugin class but ${fault.found}. Make it a class that extends GirderWorkerPluginABC of 'girder-worker'.`;
    case 'PLUGIN_CONSTRUCTOR_FAILED':
      return `The constructor of ${quote(fault.pluginClass)} (${fault.plugin}) failed. It receives the app and must not depend on anything else:${block(fault.error)}`;
    case 'TASK_IMPORTS_FAILED':
      return `${fault.method}() of ${quote(fault.pluginClass)} (${fault.plugin}) did not return a list of modules. It must return an array of import specifiers, such as ['gwexample/analyses/tasks']:${block(fault.error)}`;
    case 'TASK_MODULE_UNRESOLVABLE':
      return `${fault.method}() of ${fault.plugin} lists the module ${quote(fault.module)}, which cannot be imported: ${fault.reason}. List the module as a program would import it, and add it to the "exports" of the package.`;
    case 'TASK_MODULE_FAILED':
      return `The import of the module ${quote(fault.module)}, which ${fault.method}() of ${fault.plugin} lists, failed. Fix the error, or remove the module there:${block(fault.error)}`;
    case 'TASK_MODULE_COMMON_JS':
      return `The task module ${quote(fault.module)} of ${fault.plugin} is CommonJS, whose exports a bundle cannot access by name. Make it an ES module: set "type": "module" in its package.json, and use import and export in its source.`;
    case 'TASK_NAME_TAKEN':
      return `Several tasks have the name ${quote(fault.task)}: ${fault.owners.map(describePlace).join('; ')}. Give all but one of them another name: app.task({ name: '…' }, …).`;
    case 'TASK_NAME_INVALID':
      return `The task ${describePlace(fault.place)} would have the name ${quote(fault.task)}, which is not a valid task name: ${fault.reason}. Give it another name: app.task({ name: '…' }, …).`;
    case 'TASK_NAME_DIFFERS':
      return describeDifference(fault.task, fault.place, fault.seen);
    case 'OPTION_UNSUPPORTED':
      return `The task ${quote(fault.task)}, ${describePlace(fault.place)}, has the option ${fault.option} with the value ${fault.value}, which is not supported: a rate limit per task is not implemented. Remove the option; to limit how many invocations run at once, set maxConcurrency of the function in serverless.yml.`;
    case 'PLUGIN_CHILD_DIED':
      return `${fault.plugin} ended its process (${typeof fault.exit === 'number' ? `exit code ${fault.exit}` : fault.exit}) ${describeStep(fault.during)}. Its code must not exit, and must handle rejections of its promises${output(fault.output)}`;
    case 'PLUGIN_CHILD_TIMED_OUT':
      return `${fault.plugin} made no progress for ${fault.limitMs / 1000} s ${describeStep(fault.during)}. Code that runs on import must end: it must not loop, wait or start servers${output(fault.output)}`;
  }
}

function describeDifference(task: string, place: TaskPlace, seen: { name: string } | { error: string }): string {
  const where = describePlace(place);
  const setName = `set its name: app.task({ name: ${quote(task)} }, …)`;
  if ('error' in seen) {
    return `The task ${where} would have the name ${quote(task)}, but a program that imports it cannot derive the name. Define the task in a module that is in the "exports" of the package and list that module in taskImports(), or ${setName}:${block(seen.error)}`;
  }
  return `The task ${where} would have the name ${quote(task)}, but a program that imports it sees the name ${quote(seen.name)} and sends that. In taskImports(), list the module that defines the task, under the first name that the "exports" of the package give it; or ${setName}.`;
}

function describePlace({ plugin, module, exportName }: TaskPlace): string {
  return `${quote(exportName)} of ${quote(module)} (${plugin})`;
}

function describeStep(step: Step): string {
  switch (step.kind) {
    case 'starting':
      return 'before its import, while the library was loaded';
    case 'importing':
      return `during the import of ${quote(step.module)}`;
    case 'constructing':
      return `in the constructor of ${quote(step.pluginClass)}`;
    case 'listing':
      return `in ${step.method}() of ${quote(step.pluginClass)}`;
  }
}

/** Names come from packages. Quotes and escapes keep them apart from the text of the message. */
export function quote(name: string): string {
  return `'${JSON.stringify(name).slice(1, -1).replaceAll('\\"', '"')}'`;
}

export function list(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.map(quote).join(', ');
}

function output(text: string): string {
  return text.trim() === '' ? '.' : `. Its output:${block(text)}`;
}

function block(text: string): string {
  const indented = text
    .trimEnd()
    .split('\n')
    .map((line) => `     ${line}`);
  return `\n${indented.join('\n')}`;
}
