import { load } from 'js-yaml';
import { DecodeBudget } from '../budget.ts';
import { LimitError } from '../errors.ts';
import { maxDepth } from '../pythonLimits.ts';
import type { KombuValue } from '../values.ts';
import { assertBounded } from './bounds.ts';
import { pythonSchema } from './yamlTags.ts';

/**
 * Reads YAML 1.1 like Python's `safe_load`. No tag is executed. An unknown tag is an error.
 *
 * Throws an error of the package `js-yaml` if the text is not supported YAML, and LimitError if its values weigh more than those
 * of a message may when each alias is counted as its target.
 */
export function readYaml(text: string): KombuValue {
  assertLightYaml(text);
  // Python uses the last of several equal keys, as JSON.parse does.
  const value = load(text, { schema: pythonSchema, json: true, maxDepth }) as KombuValue;
  assertBounded(value);
  return value;
}

/** The longest text of YAML. */
export const maxYamlCharacters = 2 * 1024 * 1024;

/** The weight of a character that may begin or end a node: the package takes up to 4 microseconds for each. */
export const nodeWeight = 25;

/** `-` and `?` begin a node if white space follows. The others need none in flow style. */
const nodeBoundaries = /[\n\r,:[{&*!]|[-?](?=\s)/g;

/** Refuses a text that is too heavy before it is parsed. */
function assertLightYaml(text: string): void {
  if (text.length > maxYamlCharacters) throw new LimitError(`the YAML has more than ${maxYamlCharacters} characters`);
  const budget = new DecodeBudget();
  nodeBoundaries.lastIndex = 0;
  while (nodeBoundaries.test(text)) budget.charge(nodeWeight);
}
