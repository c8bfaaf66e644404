import { resolve } from 'node:path';
import { ScaffoldError, writePackage } from 'girder-worker/internal/cli';
import { completeAnswers, folderForName, type PluginAnswers } from './answers/answers.ts';
import { askAnswers, type FolderAndAnswers, type Terminal } from './askAnswers.ts';
import { pluginFiles } from './pluginFiles.ts';

export { ScaffoldError };

export interface CreatePluginOptions {
  /** The folder to create; undefined for the name of the package without its scope. */
  readonly folder: string | undefined;
  readonly given: Partial<PluginAnswers>;
  /** Where the user is asked for what is not given; undefined to take the defaults. */
  readonly terminal: Terminal | undefined;
  /** Whether the folder may have files. Those of the same path are replaced. */
  readonly force: boolean;
  /** The version of girder-worker that the plugin requires. */
  readonly libraryVersion: string;
}

export interface CreatedPlugin extends FolderAndAnswers {
  /** The number of files. */
  readonly files: number;
}

/**
 * Creates the package of a new plugin. Resolves to undefined if the user cancels the questions. Rejects with ScaffoldError
 * if an answer or the folder is invalid. Then, nothing was created.
 */
export async function createPlugin(options: CreatePluginOptions): Promise<CreatedPlugin | undefined> {
  const { folder, given, terminal, force, libraryVersion } = options;
  const chosen = terminal ? await askAnswers(folder, given, terminal) : withDefaults(folder, given);
  if (!chosen) return undefined;
  const files = pluginFiles(chosen.answers, libraryVersion);
  await writePackage(files, chosen.folder, { force });
  return { ...chosen, files: files.size };
}

function withDefaults(folder: string | undefined, given: Partial<PluginAnswers>): FolderAndAnswers {
  const chosen = folder ?? (given.name === undefined ? undefined : folderForName(given.name));
  if (chosen === undefined) {
    const message = 'neither a folder nor --name is given. Name the folder to create, such as "my-plugin".';
    throw new ScaffoldError([{ code: 'FOLDER_MISSING', message }]);
  }
  // The name of the folder "." is that of the working directory.
  return { folder: chosen, answers: completeAnswers(given, resolve(chosen)) };
}
