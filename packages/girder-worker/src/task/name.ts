/**
 * The name of a task: the import specifier of its module, a dot, and its export name. In the specifier `/` becomes `.`, `-`
 * becomes `_`, and a leading `@` is removed.
 *
 * @example taskName('@acme/image-tools/tasks', 'resize') // 'acme.image_tools.tasks.resize'
 */
export function taskName(specifier: string, exportName: string): string {
  const module = specifier.replace(/^@/, '').replaceAll('/', '.').replaceAll('-', '_');
  return `${module}.${exportName}`;
}
