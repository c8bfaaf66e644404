import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, join } from 'node:path';

/** A position in a file. Line and column are counted from 1. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

const maps = new Map<string, SourceMap | undefined>();

/**
 * The position in the source for a position in a bundle (`.mjs`), read from the source map beside the bundle. Returns the
 * position itself if there is no map. A map is read when the first error is formatted: cold starts do not pay for it.
 */
export function sourceLocation(location: Location): Location {
  const entry = mapOf(location.file)?.findOrigin(location.line, location.column);
  if (!entry || !('fileName' in entry)) return location;
  const { fileName, lineNumber, columnNumber } = entry;
  return { file: join(dirname(location.file), fileName), line: lineNumber, column: columnNumber };
}

function mapOf(file: string): SourceMap | undefined {
  if (!file.endsWith('.mjs')) return undefined;
  if (!maps.has(file)) maps.set(file, readMap(`${file}.map`));
  return maps.get(file);
}

function readMap(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(file, 'utf8')) as SourceMapPayload);
  } catch {
    return undefined; // A bundle without a map is allowed: positions in the bundle are shown.
  }
}
