import type { Attributes, AttributeValue } from './attributeValues.ts';

/** A write of one item in PartiQL, which `BatchExecuteStatement` can make together with others. */
export interface Statement {
  /** The key of the item. */
  readonly key: string;
  readonly text: string;
  /** The values for the question marks of the text, in their order. */
  readonly parameters: readonly AttributeValue[];
}

/** What a write changes in an item, whatever was in it. */
export interface Changes {
  readonly set: Attributes;
  /** Names of attributes. */
  readonly remove: readonly string[];
}

/** DynamoDB's limit of statements per BatchExecuteStatement. */
export const maxStatements = 25;

/** Writes an item; not if there is one with this key. */
export function insertStatement(table: string, key: string, attributes: Attributes): Statement {
  const item = { id: { S: key }, ...attributes };
  const fields = Object.keys(item).map((name) => `'${name}': ?`);
  return { key, text: `INSERT INTO "${table}" VALUE {${fields.join(', ')}}`, parameters: Object.values(item) };
}

/** Changes an item; not unless the claim of this owner is stored as it was made, as the condition of `ifOwner`. */
export function ownedStatement(table: string, key: string, owner: string, { set, remove }: Changes): Statement {
  const changes = [...Object.keys(set).map((name) => `SET "${name}" = ?`), ...remove.map((name) => `REMOVE "${name}"`)];
  return {
    key,
    text: `UPDATE "${table}" ${changes.join(' ')} WHERE "id" = ? AND "own" = ? AND "fin" IS MISSING`,
    parameters: [...Object.values(set), { S: key }, { S: owner }],
  };
}
