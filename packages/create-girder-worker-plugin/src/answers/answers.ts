/** What a new plugin is made from: one answer for each question of `girder-worker create`. */
export interface PluginAnswers {
  /** The name of the npm package: `my-plugin`, `@acme/image-tools`. */
  readonly name: string;
  readonly description: string;
  /** As in package.json: `Ada <ada@example.org>`. Empty for none. */
  readonly author: string;
  /** An SPDX expression, or UNLICENSED. */
  readonly license: string;
  /** The name of the plugin class: `MyPlugin`. */
  readonly className: string;
  /** The export name of the cancelable example task: `count`. */
  readonly taskName: string;
}

/**
 * Completes answers with defaults. The name derives from the folder: `@acme/image-tools` if the folder is `image-tools` in
 * a folder `@acme`. The class derives from the name. The result may still be invalid (`checkAnswers`).
 */
export function completeAnswers(given: Partial<PluginAnswers>, folder: string): PluginAnswers {
  const name = given.name ?? nameFromFolder(folder);
  return {
    name,
    description: given.description ?? 'Tasks for Girder Worker.',
    author: given.author ?? '',
    license: given.license ?? 'Apache-2.0',
    className: given.className ?? classNameFor(name),
    taskName: given.taskName ?? 'count',
  };
}

/** Returns the package name for a folder. Characters that no package name may have become hyphens. */
export function nameFromFolder(folder: string): string {
  const [scope = '', base = ''] = ['', ...folder.split(/[\\/]/).filter((part) => part !== '')].slice(-2);
  return scope.startsWith('@') && slug(scope) !== '' ? `@${slug(scope)}/${slug(base)}` : slug(base);
}

/** Returns the folder for a package name, which is the name without its scope. */
export function folderForName(name: string): string {
  return name.slice(name.indexOf('/') + 1);
}

/** Returns the name of the plugin class for a package name: `ImageToolsPlugin` for `@acme/image-tools`. */
export function classNameFor(name: string): string {
  const words = folderForName(name).match(/[A-Za-z0-9]+/g) ?? [];
  const capitalized = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  const started = /^[A-Z]/.test(capitalized) ? capitalized : `Plugin${capitalized}`;
  return /plugin/i.test(started) ? started : `${started}Plugin`;
}

function slug(text: string): string {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return plain.replace(/[^a-z0-9._-]+/g, '-').replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
}
