import type { TaskModule } from './taskModules.ts';

/**
 * The code that names the tasks of a bundle. A task derives its name from the file that defines it, but in a bundle these
 * files no longer exist. So this code is appended to each task module: it names the tasks when the module is evaluated,
 * whichever module imports it first. It imports the library as the task module does, to use the copy of it that the tasks
 * were declared with.
 */
export function namingCode({ specifier, path }: TaskModule): string {
  return `import { bindTaskNames as __bindTaskNames } from 'girder-worker/app';
import * as __taskModule from ${JSON.stringify(path)};
__bindTaskNames(${JSON.stringify(specifier)}, __taskModule);`;
}
