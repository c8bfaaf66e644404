import { ScaffoldError } from 'girder-worker/internal/cli';
import type { PluginAnswers } from './answers/answers.ts';
import { checkAnswers } from './answers/checkAnswers.ts';
import { gitignore } from './templates/gitignore.ts';
import { packageJson } from './templates/packageJson.ts';
import { pluginModule } from './templates/pluginModule.ts';
import { readme } from './templates/readme.ts';
import { tasksModule } from './templates/tasksModule.ts';
import { tasksTest } from './templates/tasksTest.ts';
import { buildTsconfig, testTsconfig } from './templates/tsconfigs.ts';

/**
 * Returns the files of a new plugin package: their texts by path. Throws ScaffoldError, which lists all answers that are
 * invalid: NAME_INVALID, TEXT_INVALID, CLASS_INVALID, TASK_INVALID.
 *
 * @param libraryVersion the version of girder-worker that the plugin requires
 */
export function pluginFiles(answers: PluginAnswers, libraryVersion: string): ReadonlyMap<string, string> {
  const faults = checkAnswers(answers);
  if (faults.length > 0) throw new ScaffoldError(faults);
  return new Map([
    ['.gitignore', gitignore()],
    ['README.md', readme(answers)],
    ['package.json', packageJson(answers, libraryVersion)],
    ['src/index.ts', pluginModule(answers)],
    ['src/tasks.ts', tasksModule(answers)],
    ['test/tasks.test.ts', tasksTest(answers)],
    ['test/tsconfig.json', testTsconfig()],
    ['tsconfig.json', buildTsconfig()],
  ]);
}
