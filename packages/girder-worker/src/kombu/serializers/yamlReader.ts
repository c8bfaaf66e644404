import { isAlias, isMap, isNode, isScalar, isSeq, type Pair, parseDocument, type ScalarTag, type Tags } from 'yaml';
import type { KombuValue } from '../values.ts';
import { assertBounded } from './bounds.ts';
import { asInPython, timestamp } from './yamlScalars.ts';

/** The types of YAML 1.1 that Python's `safe_dump` writes and that a KombuValue can represent. */
const supportedTags = new Set(
  ['map', 'seq', 'str', 'null', 'bool', 'int', 'float', 'binary'].map((name) => `tag:yaml.org,2002:${name}`),
);

/** Merge keys throw an error: nested merges can expand to any size, and `safe_dump` does not write them. */
const merge: ScalarTag = {
  tag: 'tag:yaml.org,2002:merge',
  default: 'key',
  test: /^<<$/,
  resolve: (_text, onError) => onError('Merge keys are not supported'),
};

/** The package `yaml` needs seconds for longer texts. */
const maxCharacters = 2 * 1024 * 1024;

/**
 * Reads YAML 1.1 like Python's `safe_load`. No tag is executed. An unknown tag is an error.
 *
 * Throws SyntaxError if the text is not supported YAML, and RangeError if it has more than 2 Mi characters or its aliases expand
 * to more than a million values.
 */
export function readYaml(text: string): KombuValue {
  if (text.length > maxCharacters) throw new RangeError(`The YAML text has more than ${maxCharacters} characters`);
  const document = parseDocument(text, {
    version: '1.1',
    customTags: (tags: Tags) => [...tags.filter(isSupported).map(asInPython), timestamp, merge],
    intAsBigInt: true,
    uniqueKeys: false, // Python uses the last of several equal keys. The check takes quadratic time.
    logLevel: 'error', // Prints no warnings. The document contains them.
    prettyErrors: false,
  });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw new SyntaxError(problem.message, { cause: problem });
  const value = toValue(document.contents, new Map());
  assertBounded(value);
  return value;
}

/**
 * Returns the value of a node. An alias shares the value of its anchor and takes no further memory. The package's own `toJS` is
 * not used because it searches all nodes for each alias.
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
  if (value === undefined) throw new SyntaxError(`The alias *${anchor} has no anchor before it`);
  return value;
}

function toEntry(pair: Pair, anchors: Map<string, KombuValue>): [string, KombuValue] {
  const key = toValue(pair.key, anchors);
  if (typeof key === 'object' && key !== null)
    throw new SyntaxError('A key of a mapping is a list, a mapping or another object');
  return [String(key), toValue(pair.value, anchors)];
}

/** Converts an integer to a number if the number is exact. */
function withoutBigInt(value: KombuValue): KombuValue {
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function isSupported(tag: Tags[number]): tag is Exclude<Tags[number], string> {
  return typeof tag === 'object' && supportedTags.has(tag.tag);
}
