import { runInNewContext } from 'node:vm';
import type { ControlCommand } from '../message/controlCommand.ts';
import { globMatches } from './glob.ts';

/** The longest pattern that is matched, in characters: any client may send one to all nodes. */
export const maxPatternLength = 1000;

/** The longest time that one match of a regular expression may take. */
export const maxMatchMs = 20;

/**
 * Whether a command is addressed to a node, by Celery's rules: the destination lists its name, or, without a destination,
 * the pattern matches it. A command without both, or with only a pattern or only a matcher, is addressed to all nodes. An
 * invalid pattern, one over the limits, or an unknown matcher matches no node.
 */
export function isAddressedTo(node: string, { destination, pattern, matcher }: ControlCommand): boolean {
  if (destination) return destination.includes(node);
  if (pattern === null || matcher === null) return true;
  if (pattern.length > maxPatternLength) return false;
  switch (matcher) {
    case 'glob':
      return globMatches(node, pattern);
    case 'pcre':
      return expressionMatches(node, pattern);
    default:
      return false;
  }
}

/**
 * Matches from the start of the name, as Python's `re.match`. An expression can backtrack for years: V8 stops it after the
 * limit, which it observes for scripts in a context only.
 */
function expressionMatches(node: string, expression: string): boolean {
  const variables = { node, source: `^(?:${expression})` };
  try {
    return runInNewContext('new RegExp(source, "s").test(node)', variables, { timeout: maxMatchMs }) === true;
  } catch {
    return false; // The expression is invalid, or was stopped.
  }
}
