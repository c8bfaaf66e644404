import type { Receipt } from '../transport/transport.ts';

/** The SQS message attributes in which a copy of a message carries a count on: the body of a message never changes. */
const attributes = {
  /** The hops of a message that waits for its eta. */
  hops: 'girder-worker-hop',
  /** The deliveries of a message that returned to its queue again and again, before the copy. */
  returns: 'girder-worker-returns',
} as const;

export type DeliveryCount = keyof typeof attributes;

/** SQS's limit of attributes of a message. */
const maxAttributes = 10;

/** A count that a message carries; 0 if it has none. */
export function countIn({ messageAttributes }: Receipt, name: DeliveryCount): number {
  const count = Number(messageAttributes?.[attributes[name]]?.stringValue);
  return Number.isSafeInteger(count) && count > 0 ? count : 0;
}

/** The receipt with whose attributes a copy carries the count; 0 removes it. A sender that uses all attributes leaves none for it. */
export function withCount(receipt: Receipt, name: DeliveryCount, count: number): Receipt {
  const { [attributes[name]]: _, ...others } = receipt.messageAttributes ?? {};
  if (count === 0) return { ...receipt, messageAttributes: others };
  if (Object.keys(others).length >= maxAttributes) return receipt;
  const attribute = { dataType: 'Number' as const, stringValue: String(count) };
  return { ...receipt, messageAttributes: { ...others, [attributes[name]]: attribute } };
}
