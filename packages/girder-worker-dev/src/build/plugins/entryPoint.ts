/** The group in which a package declares its plugin classes, as in Python. */
export const entryPointGroup = 'girder_worker_plugins';

/** A parsed `name = module:Class`. */
export interface EntryPoint {
  /** Arbitrary; by convention the name of the plugin. */
  readonly name: string;
  /** Import specifier of the module that exports the class. */
  readonly module: string;
  /** The export that is the class, or a dotted path to a member of an export. */
  readonly pluginClass: string;
}

const className = /^[\p{ID_Start}_$][\p{ID_Continue}$]*(?:\.[\p{ID_Start}_$][\p{ID_Continue}$]*)*$/u;

/**
 * Parses `name = module:Class`. As in setuptools, white space around the parts and `[extras]` at the end are ignored; so
 * are quotes around a part. Throws an Error whose message is the reason if the text is malformed.
 */
export function parseEntryPoint(text: string): EntryPoint {
  const declaration = unquoted(text);
  const [name, value] = cut(declaration, declaration.indexOf('='));
  if (value === undefined) throw new Error('it has no "="');
  if (name === '') throw new Error('the name before "=" is missing');

  const object = unquoted(value.replace(/\[[^\]]*\]\s*$/, ''));
  const [module, pluginClass] = cut(object, object.lastIndexOf(':'));
  if (pluginClass === undefined) throw new Error('it has no ":" with a class after it');
  if (module === '' || /\s/.test(module))
    throw new Error(`${JSON.stringify(module)} before ":" is not an import specifier`);
  if (!className.test(pluginClass))
    throw new Error(`${JSON.stringify(pluginClass)} after ":" is not the name of a class`);
  return { name, module, pluginClass };
}

function cut(text: string, at: number): [before: string, after: string | undefined] {
  return at < 0 ? [text, undefined] : [unquoted(text.slice(0, at)), unquoted(text.slice(at + 1))];
}

/** The text without white space around it, and without quotes that enclose all of it. */
function unquoted(text: string): string {
  const trimmed = text.trim();
  const inner = /^(["'])(.*)\1$/s.exec(trimmed)?.[2];
  return inner === undefined || inner.includes(trimmed.charAt(0)) ? trimmed : inner.trim();
}
