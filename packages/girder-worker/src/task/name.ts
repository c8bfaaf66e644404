/**
 * The name of a task: the import specifier of its module with `/` as `.`, `-` as `_` and a leading `@` dropped, a dot,
 * and the name under which the module exports it.
 *
 * @example taskName('@acme/image-tools/tasks', 'resize') // 'acme.image_tools.tasks.resize'
 */
export function taskName(specifier: string, exportName: string): string {
  const module = specifier.replace(/^@/, '').replaceAll('/', '.').replaceAll('-', '_');
  return `${module}.${exportName}`;
}
