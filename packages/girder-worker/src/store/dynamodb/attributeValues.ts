/** A value of an item: the types that results and chords use. */
export interface AttributeValue {
  readonly S?: string;
  readonly N?: string;
  readonly B?: Uint8Array;
  readonly SS?: readonly string[];
}

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Attributes in DynamoDB's JSON, where binary values are base64. */
export type WireAttributes = Readonly<Record<string, Omit<AttributeValue, 'B'> & { readonly B?: string }>>;

export function toWire(attributes: Attributes): WireAttributes {
  return mapValues(attributes, (value) => (value.B ? { B: Buffer.from(value.B).toString('base64') } : value));
}

export function fromWire(attributes: WireAttributes): Attributes {
  return mapValues(attributes, (value) => (value.B === undefined ? value : { B: Buffer.from(value.B, 'base64') }));
}

function mapValues<From, To>(
  values: Readonly<Record<string, From>>,
  change: (value: From) => unknown,
): Record<string, To> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value) as To]));
}
