/** The types of values that results and chords are made of; on the wire, bytes are base64. */
export interface AttributeValue {
  readonly S?: string;
  readonly N?: string;
  readonly B?: Uint8Array;
  readonly SS?: readonly string[];
}

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Attributes as DynamoDB's API has them. */
export type WireAttributes = Readonly<Record<string, Omit<AttributeValue, 'B'> & { readonly B?: string }>>;

export function toWire(attributes: Attributes): WireAttributes {
  return mapped(attributes, (value) => (value.B ? { B: Buffer.from(value.B).toString('base64') } : value));
}

export function fromWire(attributes: WireAttributes): Attributes {
  return mapped(attributes, (value) => (value.B === undefined ? value : { B: Buffer.from(value.B, 'base64') }));
}

function mapped<From, To>(
  values: Readonly<Record<string, From>>,
  change: (value: From) => unknown,
): Record<string, To> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value) as To]));
}
