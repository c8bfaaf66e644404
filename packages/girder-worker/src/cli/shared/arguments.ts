/** Parsers of option values. Commander puts the option and its value in front of the message of an InvalidArgumentError. */
import { InvalidArgumentError } from 'commander';

/** Reads an integer from 1. */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError('Must be a positive integer.');
}

/** Returns the parser of an integer from 1 to `max`. */
export function integerUpTo(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= 1 && value <= max) return value;
    throw new InvalidArgumentError(`Must be an integer from 1 to ${max}.`);
  };
}

/** A timer of Node.js takes at most 2 ** 31 - 1 ms, which is 24.8 days. */
const maxSeconds = 1e6;

/** Reads a number of seconds from 0. */
export function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= maxSeconds) return value;
  throw new InvalidArgumentError(`Must be a number of seconds from 0 to ${maxSeconds}.`);
}

/** Reads a port; 0 stands for any free one. */
export function port(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= 65535) return value;
  throw new InvalidArgumentError('Must be an integer from 0 to 65535; 0 chooses a free port.');
}

/** Reads names that are separated by commas, at least one. */
export function names(text: string): string[] {
  const found = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (found.length > 0) return found;
  throw new InvalidArgumentError('Must be one or more names, separated by commas.');
}

/** Reads an id or a name, which must not be empty: a variable of a shell that is not set is an empty argument. */
export function notEmpty(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('It is empty.');
}

/** Reads a list of ids, none of which may be empty. */
export function idList(text: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, notEmpty(text)];
}
