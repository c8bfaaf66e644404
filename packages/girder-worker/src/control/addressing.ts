import type { ControlCommand } from '../message/controlCommand.ts';

/**
 * Whether a command is addressed to a node, by Celery's rules: the destination lists its name, or, without a destination,
 * the pattern matches it. A command without both, or with only a pattern or only a matcher, is addressed to all nodes. An
 * invalid pattern or an unknown matcher matches no node.
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

/** Matches from the start of the name, as Python's `re.match`. */
function matches(node: string, source: string): boolean {
  try {
    return new RegExp(`^(?:${source})`, 's').test(node);
  } catch {
    return false;
  }
}

/** Translates a pattern of Python's fnmatch (`*`, `?`, `[seq]`, `[!seq]`) to the source of a regular expression. */
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
