import type { PluginAnswers } from '../answers/answers.ts';

/** src/index.ts: the plugin class. */
export function pluginModule({ name, className }: PluginAnswers): string {
  return `import { GirderWorkerPluginABC } from 'girder-worker';

/** The plugin of the package ${name}. package.json names it under \`entry_points\`. */
export class ${className} extends GirderWorkerPluginABC {
  /** Returns the modules that export tasks. Each one also needs a line in \`exports\` of package.json. */
  taskImports(): string[] {
    return ['${name}/tasks'];
  }
}
`;
}
