import { isBuiltin } from 'node:module';
import type { ScaffoldFault } from 'girder-worker/internal/cli';
import type { PluginAnswers } from './answers.ts';

/** Returns why each answer is invalid, in the order of the questions. */
export function checkAnswers(answers: PluginAnswers): ScaffoldFault[] {
  return [
    fault('NAME_INVALID', 'the package name', answers.name, whyNameInvalid(answers.name)),
    fault('TEXT_INVALID', 'the description', answers.description, whyTextInvalid(answers.description)),
    fault('TEXT_INVALID', 'the author', answers.author, whyTextInvalid(answers.author)),
    fault('TEXT_INVALID', 'the license', answers.license, whyLicenseInvalid(answers.license)),
    fault('CLASS_INVALID', 'the plugin class', answers.className, whyClassInvalid(answers.className)),
    fault('TASK_INVALID', 'the task', answers.taskName, whyTaskInvalid(answers.taskName)),
  ].flat();
}

function fault(code: ScaffoldFault['code'], what: string, value: string, why: string | undefined): ScaffoldFault[] {
  return why === undefined ? [] : [{ code, message: `${what} ${JSON.stringify(value)} is not valid: ${why}.` }];
}

/**
 * A part of a name, without its scope. npm's rule for new packages also allows `~` and a leading `-`, which task names and
 * shells do not.
 */
const namePart = /^[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9_-]+)*$/;
const maxNameLength = 214;

/** Returns why npm, or a task name that derives from it, does not allow a package name; undefined if it is valid. */
export function whyNameInvalid(name: string): string | undefined {
  const isScoped = name.startsWith('@');
  const parts = name.slice(isScoped ? 1 : 0).split('/');
  if (parts.length !== (isScoped ? 2 : 1) || !parts.every((part) => namePart.test(part)))
    return (
      'it must be like "my-plugin" or "@acme/my-plugin"; each part starts with a lower-case letter or a digit, and ' +
      'consists of these, "-", "_" and single dots'
    );
  if (name.length > maxNameLength) return `npm allows at most ${maxNameLength} characters, and it has ${name.length}`;
  if (isBuiltin(name) || isBuiltin(`node:${name}`)) return 'it is the name of a module of Node.js';
  if (name === 'node_modules' || name === 'favicon.ico') return 'npm reserves this name';
  if (name === 'girder-worker') return 'it is the name of the library';
  return undefined;
}

/** Returns why a text is not a line of text; undefined if it is valid. An empty text is valid. */
export function whyTextInvalid(text: string): string | undefined {
  return /[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text) ? 'it must be one line without control characters' : undefined;
}

export function whyLicenseInvalid(license: string): string | undefined {
  if (license.trim() === '') return 'it must be an SPDX identifier such as "Apache-2.0", or "UNLICENSED"';
  return whyTextInvalid(license);
}

export function whyClassInvalid(className: string): string | undefined {
  if (!/^[A-Z][A-Za-z0-9_]*$/.test(className))
    return 'it must start with an upper-case letter, and consist of letters, digits and "_" ("MyPlugin")';
  return usedInTemplates.has(className) ? 'the generated module uses this name for something else' : undefined;
}

export function whyTaskInvalid(taskName: string): string | undefined {
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(taskName))
    return 'it must start with a letter, and consist of letters, digits and "_" ("count")';
  if (reservedWords.has(taskName)) return 'it is a reserved word of JavaScript';
  // A module that exports `then` cannot be imported with `import()`: the import would call it as a promise.
  if (taskName === 'then') return 'a module that exports "then" cannot be imported dynamically';
  return usedInTemplates.has(taskName) ? 'the generated module uses this name for something else' : undefined;
}

/** The names that the templates of src/ import, declare or use. */
export const usedInTemplates: ReadonlySet<string> = new Set([
  ...['app', 'pause', 'add', 'Task', 'GirderWorkerPluginABC', 'Promise', 'current', 'to', 'stepMs', 'undefined'],
]);

/** The words that cannot name a function in a module. */
const reservedWords: ReadonlySet<string> = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends ' +
    'false finally for function if implements import in instanceof interface let new null package private protected ' +
    'public return static super switch this throw true try typeof var void while with yield'
  ).split(' '),
);
