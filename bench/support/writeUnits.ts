/**
 * The size of an item as DynamoDB counts it: names and values in UTF-8, binary values as they are, numbers in about a
 * byte for two digits and one more (DynamoDB Developer Guide, "Item sizes and formats").
 *
 * @param attributes as in the service's JSON, binary values in base64
 */
export function itemBytes(attributes: Readonly<Record<string, object>>): number {
  return Object.entries(attributes).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value),
    0,
  );
}

/** What one write of an item costs: a unit for each KiB that is begun. */
export function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 1024));
}

function valueBytes(value: object): number {
  const [type, content] = Object.entries(value)[0] as [string, unknown];
  switch (type) {
    case 'S':
      return Buffer.byteLength(content as string);
    case 'B':
      return Buffer.byteLength(content as string, 'base64');
    case 'N':
      return Math.ceil((content as string).replace(/\D/g, '').length / 2) + 1;
    default:
      throw new RangeError(`Items of the result table have no attribute of type ${type}.`);
  }
}
