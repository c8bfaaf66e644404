/** A format of a type: a node of the converter graph. */
export interface Format {
  readonly type: string;
  readonly format: string;
  /** Whether data is of this format. Must be fast, and must not throw. */
  readonly isValid: (data: unknown) => boolean;
  /** The extensions of file names with this content. */
  readonly extensions?: readonly string[];
}

/** Converts data of one format to another format of the same type: an edge of the converter graph. Throws for data it cannot convert. */
export interface Converter {
  readonly type: string;
  readonly from: string;
  readonly to: string;
  readonly convert: (data: unknown) => unknown;
}

/** What one type contributes to the graph. */
export interface TypeFormats {
  readonly formats: readonly Format[];
  readonly converters: readonly Converter[];
}

/** The formats and the converters between them. */
export class ConverterGraph {
  readonly #formats = new Map<string, Format>();
  readonly #converters = new Map<string, Converter[]>();
  readonly #paths = new Map<string, readonly Converter[]>();

  constructor(types: readonly TypeFormats[]) {
    for (const { formats } of types)
      for (const format of formats) this.#formats.set(key(format.type, format.format), format);
    for (const { converters } of types) for (const converter of converters) this.#add(converter);
  }

  #add(converter: Converter): void {
    this.get(converter.type, converter.to);
    const from = this.get(converter.type, converter.from);
    const converters = this.#converters.get(key(from.type, from.format)) ?? [];
    converters.push(converter);
    converters.sort((one, other) => (one.to < other.to ? -1 : 1));
    this.#converters.set(key(from.type, from.format), converters);
  }

  /** Returns a format. Throws if the graph has no such format. */
  get(type: string, format: string): Format {
    const found = this.#formats.get(key(type, format));
    if (found) return found;
    const known = this.select(type, null).map((candidate) => candidate.format);
    const hint =
      known.length > 0 ? `Formats of "${type}": ${known.join(', ')}.` : `Types: ${this.#types().join(', ')}.`;
    throw new Error(`No such validator ${type}/${format}. ${hint}`);
  }

  /** Returns the formats of a type and a name; null stands for any. Sorted by type and name. */
  select(type: string | null, format: string | null): readonly Format[] {
    return [...this.#formats.values()]
      .filter((node) => (type === null || node.type === type) && (format === null || node.format === format))
      .sort((one, other) => (key(one.type, one.format) < key(other.type, other.format) ? -1 : 1));
  }

  /**
   * Returns the converters from one format to another, along the shortest path. Of several shortest paths, returns the one
   * whose format names come first in the alphabet. Throws if a format does not exist, or if no path does.
   */
  path(type: string, from: string, to: string): readonly Converter[] {
    this.get(type, from);
    this.get(type, to);
    const memo = JSON.stringify([type, from, to]);
    const path = this.#paths.get(memo) ?? this.#search(type, from, to);
    if (!path) throw new Error(`No conversion path from ${type}/${from} to ${type}/${to}.`);
    // Both formats exist, so the map has at most one entry for each pair of formats.
    this.#paths.set(memo, path);
    return path;
  }

  /** Searches breadth first. The neighbours of a format are sorted, so the first path found is the one to return. */
  #search(type: string, from: string, to: string): readonly Converter[] | undefined {
    const reached = new Map<string, readonly Converter[]>([[from, []]]);
    for (const [format, path] of reached) {
      if (format === to) return path;
      for (const converter of this.#converters.get(key(type, format)) ?? []) {
        if (!reached.has(converter.to)) reached.set(converter.to, [...path, converter]);
      }
    }
    return undefined;
  }

  #types(): string[] {
    return [...new Set([...this.#formats.values()].map((format) => format.type))].sort();
  }
}

function key(type: string, format: string): string {
  return JSON.stringify([type, format]);
}
