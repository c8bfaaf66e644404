import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, join } from 'node:path';

/** A place in a file, counted from 1. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** What the place is called there; undefined where the map does not tell. */
  readonly name?: string | undefined;
}

const maps = new Map<string, SourceMap | undefined>();

/**
 * The place in the source from which a place in a bundle was made, by the map beside the bundle; the place itself where
 * there is none. Maps are read when the first error is looked at, so that they cost nothing until then.
 */
export function sourceLocation(location: Location): Location {
  const entry = mapOf(location.file)?.findOrigin(location.line, location.column);
  if (!entry || !('fileName' in entry)) return location;
  const { fileName, lineNumber, columnNumber, name } = entry;
  return { file: join(dirname(location.file), fileName), line: lineNumber, column: columnNumber, name };
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
    return undefined; // A bundle without a map is no fault; its own places are shown.
  }
}
