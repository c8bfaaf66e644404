/** The message attributes that say why a message is a dead letter. `queue` is the ARN of the queue from which it came. */
const reasonNames = ['code', 'reason', 'queue'] as const;

type Reason<Value> = Readonly<Record<(typeof reasonNames)[number], Value>>;

/** SQS's limit of attributes of a message. */
const maxAttributes = 10;

/** Before the name of a sender's attribute that is also the name of an attribute of the reason. */
const senderPrefix = 'sender-';

/** The attributes of a dead letter: those of the reason, and the sender's, as many as SQS takes. */
export function deadLetterAttributes<Value>(
  reason: Reason<Value>,
  sender: Readonly<Record<string, Value>> = {},
): Record<string, Value> {
  const kept = Object.entries(sender).slice(0, maxAttributes - reasonNames.length);
  return {
    ...Object.fromEntries(kept.map(([name, value]) => [isReasonName(name) ? senderPrefix + name : name, value])),
    ...reason,
  };
}

/**
 * Separates the attributes of a dead letter. The reason is undefined if SQS itself has moved the message, after too many
 * deliveries: then all attributes are the sender's.
 */
export function splitDeadLetterAttributes<Value extends { readonly StringValue?: string | undefined }>(
  attributes: Readonly<Record<string, Value>> = {},
): { readonly reason: Reason<string> | undefined; readonly sender: Record<string, Value> } {
  const [code, text, queue] = reasonNames.map((name) => attributes[name]?.StringValue);
  if (code === undefined || text === undefined || !queue?.startsWith('arn:'))
    return { reason: undefined, sender: { ...attributes } };
  const sender = Object.entries(attributes)
    .filter(([name]) => !isReasonName(name))
    .map(([name, value]) => [originalName(name), value]);
  return { reason: { code, reason: text, queue }, sender: Object.fromEntries(sender) };
}

function originalName(name: string): string {
  const rest = name.startsWith(senderPrefix) ? name.slice(senderPrefix.length) : '';
  return isReasonName(rest) ? rest : name;
}

function isReasonName(name: string): boolean {
  return (reasonNames as readonly string[]).includes(name);
}
