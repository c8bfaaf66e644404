import type { ControlCommand } from '../message/controlCommand.ts';

/**
 * Whether a command is meant for the node of this name, as Celery decides it: a destination that lists it, else a pattern
 * that matches it; without either, everybody is meant. A pattern that nobody can read matches nothing.
 */
export function isAddressedTo(node: string, { destination, pattern, matcher }: ControlCommand): boolean {
  if (destination) return destination.includes(node);
  if (pattern === null || matcher === null) return true;
  switch (matcher) {
    case 'glob':
      return matches(node, `${globSource(pattern)}$`);
    case 'pcre':
      return matches(node, pattern);
    default:
      return false;
  }
}

/** From the start of the name, as Python's `re.match`. */
function matches(node: string, source: string): boolean {
  try {
    return new RegExp(`^(?:${source})`, 's').test(node);
  } catch {
    return false; // Not a pattern: see above.
  }
}

/** A pattern of Python's fnmatch (`*`, `?`, `[seq]`, `[!seq]`) as the source of a regular expression. */
function globSource(pattern: string): string {
  return pattern.replaceAll(
    /\[(!?)(\]?[^\]]*)\]|./gs,
    (part, not: string | undefined, sequence: string | undefined) => {
      if (sequence) return `[${not ? '^' : ''}${sequence.replaceAll(/[\\\]^[]/g, '\\$&')}]`;
      if (part === '*') return '.*';
      if (part === '?') return '.';
      return part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    },
  );
}
