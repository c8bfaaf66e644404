import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type { AttributeValue };

/** The attributes of an item, or a part of them. */
export type Attributes = Readonly<Record<string, AttributeValue>>;
