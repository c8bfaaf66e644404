import { isAlias, isMap, isNode, isScalar, isSeq, type Pair, parseDocument, type ScalarTag, type Tags } from 'yaml';
import type { KombuValue } from '../values.ts';
import { assertBounded } from './bounds.ts';
import { asInPython, timestamp } from './yamlScalars.ts';

/** The types of YAML 1.1 that Python's `safe_dump` writes and the message can hold. */
const understood = new Set(
  ['map', 'seq', 'str', 'null', 'bool', 'int', 'float', 'binary'].map((name) => `tag:yaml.org,2002:${name}`),
);

/** Refused, as merges can be piled up to any size, and `safe_dump` writes none. */
const merge: ScalarTag = {
  tag: 'tag:yaml.org,2002:merge',
  default: 'key',
  test: /^<<$/,
  resolve: (_text, onError) => onError('Merge keys are not read here'),
};

/** The library needs seconds for more. */
const maxCharacters = 2 * 1024 * 1024;

/**
 * Reads YAML 1.1 as Python's `safe_load` does. No tag is executed, and an unknown one is an error.
 *
 * Throws SyntaxError, and RangeError for what is too large, or would be if its aliases were written out.
 */
export function readYaml(text: string): KombuValue {
  if (text.length > maxCharacters) throw new RangeError(`YAML of more than ${maxCharacters} characters is not read`);
  const document = parseDocument(text, {
    version: '1.1',
    customTags: (tags: Tags) => [...tags.filter(isUnderstood).map(asInPython), timestamp, merge],
    intAsBigInt: true,
    uniqueKeys: false, // Python takes the last one; and looking for the first takes quadratic time.
    logLevel: 'error', // Nothing is printed: what is wrong is found in the document.
    prettyErrors: false,
  });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw new SyntaxError(problem.message, { cause: problem });
  const value = toValue(document.contents, new Map());
  assertBounded(value);
  return value;
}

/**
 * The value of a node; aliases share that of the node they name, so that they cost nothing yet.
 *
 * Of our own, as the library's `toJS` looks through all nodes for each alias.
 */
function toValue(node: unknown, anchors: Map<string, KombuValue>): KombuValue {
  if (isAlias(node)) return aliasToValue(node.source, anchors);
  let value: KombuValue = null;
  if (isScalar(node)) value = withoutBigInt(node.value as KombuValue);
  else if (isSeq(node)) value = node.items.map((item) => toValue(item, anchors));
  else if (isMap(node)) value = Object.fromEntries(node.items.map((pair) => toEntry(pair, anchors)));
  if (isNode(node) && node.anchor !== undefined) anchors.set(node.anchor, value);
  return value;
}

function aliasToValue(anchor: string, anchors: ReadonlyMap<string, KombuValue>): KombuValue {
  const value = anchors.get(anchor);
  if (value === undefined) throw new SyntaxError(`The alias *${anchor} names nothing that stands before it`);
  return value;
}

function toEntry(pair: Pair, anchors: Map<string, KombuValue>): [string, KombuValue] {
  const key = toValue(pair.key, anchors);
  if (typeof key === 'object' && key !== null) throw new SyntaxError('A key is neither text nor number');
  return [String(key), toValue(pair.value, anchors)];
}

/** Integers as numbers where those hold them exactly. */
function withoutBigInt(value: KombuValue): KombuValue {
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function isUnderstood(tag: Tags[number]): tag is Exclude<Tags[number], string> {
  return typeof tag === 'object' && understood.has(tag.tag);
}
