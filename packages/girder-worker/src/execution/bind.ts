import type { Parameter, Parameters } from '../registry/registry.ts';

/** Thrown for arguments that do not fit the parameters of a task: Python's TypeError, with Python's message. Never retried. */
export class ArgumentError extends TypeError {
  constructor(message: string) {
    super(message);
    this.stack = `${this.name}: ${message}`; // The fault is the caller's: frames of this library say nothing about it.
  }
}

/**
 * The arguments with which to call a JavaScript function as Python would call one with these parameters. Keyword
 * arguments go to the parameters of their names, and what is left over to a final destructured parameter.
 * Throws ArgumentError; where several things are wrong, it names the one that Python would.
 */
export function bindArguments(
  task: string,
  { positional, rest, keywords }: Parameters,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
): unknown[] {
  const name = task.slice(task.lastIndexOf('.') + 1);
  const options = keywords ? optionsObject(args, positional.length) : undefined;
  const bound = new Map<number, unknown>((options ? args.slice(0, -1) : args).entries());
  const givenByPlace = bound.size;

  const forOptions = new Map<string, unknown>();
  const isOption = (key: string) => keywords && (keywords.rest || keywords.names.some((option) => option.name === key));
  for (const [key, value] of [...Object.entries(options ?? {}), ...Object.entries(kwargs)]) {
    const place = positional.findIndex((parameter) => parameter.name === key);
    if (place >= 0 && bound.has(place)) throw new ArgumentError(`${name}() got multiple values for argument '${key}'`);
    if (place >= 0) bound.set(place, value);
    else if (isOption(key)) forOptions.set(key, value);
    else throw new ArgumentError(`${name}() got an unexpected keyword argument '${key}'`);
  }

  if (givenByPlace > positional.length && rest === undefined) throw tooMany(name, positional, givenByPlace);
  const missing = positional.filter((parameter, place) => !parameter.optional && !bound.has(place));
  if (missing.length > 0) throw missingArguments(name, 'positional', missing);
  const absent = keywords?.names.filter((option) => !option.optional && !forOptions.has(option.name)) ?? [];
  if (absent.length > 0) throw missingArguments(name, 'keyword-only', absent);

  const defaultHolds = keywords?.optional && !options && forOptions.size === 0;
  if (keywords && !defaultHolds) bound.set(positional.length, Object.fromEntries(forOptions));
  // Only up to the last one given, so that a function that looks at `arguments.length` sees what a caller passed.
  return Array.from({ length: Math.max(-1, ...bound.keys()) + 1 }, (_, place) => bound.get(place));
}

/** The destructured parameter passed in its own place, as a TypeScript client does; Python passes keywords. */
function optionsObject(args: readonly unknown[], place: number): object | undefined {
  const last = args[place];
  const isPlain = typeof last === 'object' && last !== null && Object.getPrototypeOf(last) === Object.prototype;
  return isPlain && args.length === place + 1 ? last : undefined;
}

function tooMany(name: string, positional: readonly Parameter[], given: number): ArgumentError {
  const most = positional.length;
  const least = positional.filter((parameter) => !parameter.optional).length;
  const takes = least === most ? `${most}` : `from ${least} to ${most}`;
  return new ArgumentError(
    `${name}() takes ${takes} positional argument${most === 1 ? '' : 's'} but ${given} ${given === 1 ? 'was' : 'were'} given`,
  );
}

function missingArguments(
  name: string,
  kind: 'positional' | 'keyword-only',
  missing: readonly Parameter[],
): ArgumentError {
  const quoted = missing.map((parameter) => `'${parameter.name}'`);
  const last = quoted.pop();
  const list = quoted.length === 0 ? last : `${quoted.join(', ')}${quoted.length > 1 ? ',' : ''} and ${last}`;
  const count = missing.length;
  return new ArgumentError(`${name}() missing ${count} required ${kind} argument${count === 1 ? '' : 's'}: ${list}`);
}
