import { resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { completeAnswers, folderForName, type PluginAnswers } from './answers/answers.ts';
import {
  whyClassInvalid,
  whyLicenseInvalid,
  whyNameInvalid,
  whyTaskInvalid,
  whyTextInvalid,
} from './answers/checkAnswers.ts';

/** Where questions are asked. */
export interface Terminal {
  readonly input: Readable;
  readonly output: Writable;
}

/** The answers, and the folder in which the plugin is created. */
export interface FolderAndAnswers {
  readonly folder: string;
  readonly answers: PluginAnswers;
}

/** Returns why an answer is invalid; undefined if it is valid. */
type Check = (value: string) => string | undefined;

/**
 * Asks on a terminal for what is not given. An empty line takes the default. An invalid line is asked again, with the
 * reason. Resolves to undefined if the user cancels with Ctrl-C or Escape.
 */
export async function askAnswers(
  givenFolder: string | undefined,
  given: Partial<PluginAnswers>,
  { input, output }: Terminal,
): Promise<FolderAndAnswers | undefined> {
  const { intro, isCancel, outro, text } = await import('@clack/prompts'); // Only the questions need it.

  async function ask(message: string, defaultValue: string, check: Check): Promise<string> {
    const answer = await text({
      message,
      placeholder: defaultValue,
      defaultValue,
      validate: (value) => check(value || defaultValue),
      ...{ input, output },
    });
    if (isCancel(answer)) throw new Cancelled();
    return answer;
  }

  try {
    intro('A new plugin of Girder Worker', { output });
    const suggested = given.name === undefined ? 'my-plugin' : folderForName(given.name);
    const folder = givenFolder ?? (await ask('Folder', suggested, whyTextInvalid));
    const name =
      given.name ?? (await ask('Name of the package', completeAnswers(given, resolve(folder)).name, whyNameInvalid));
    const defaults = completeAnswers({ ...given, name }, resolve(folder));
    const answers: PluginAnswers = {
      name,
      description: given.description ?? (await ask('Description', defaults.description, whyTextInvalid)),
      author: given.author ?? (await ask('Author', defaults.author, whyTextInvalid)),
      license: given.license ?? (await ask('License', defaults.license, whyLicenseInvalid)),
      className: given.className ?? (await ask('Plugin class', defaults.className, whyClassInvalid)),
      taskName: given.taskName ?? (await ask('Cancelable task', defaults.taskName, whyTaskInvalid)),
    };
    outro(`${name} in ${folder}`, { output });
    return { folder, answers };
  } catch (error) {
    if (error instanceof Cancelled) return undefined;
    throw error;
  }
}

class Cancelled extends Error {}
