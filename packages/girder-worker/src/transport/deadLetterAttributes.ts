/** The message attributes that say why a message is a dead letter. `queue` is the ARN of the queue from which it came. */
const reasonNames = ['code', 'reason', 'queue'] as const;

type Reason<Value> = Readonly<Record<(typeof reasonNames)[number], Value>>;

/** An attribute of a message, as the SDK or as Lambda spells it. */
interface TextAttribute {
  readonly StringValue?: string | undefined;
  readonly stringValue?: string | undefined;
}

/** The code of a dead letter that SQS has moved itself, after too many deliveries. */
export const deliveredTooOften = 'DELIVERED_TOO_OFTEN';

/** SQS's limit of attributes of a message. */
const maxAttributes = 10;

/** Before the name of a sender's attribute that is also the name of an attribute of the reason. */
const senderPrefix = 'sender-';

/**
 * The attributes of a dead letter: those of the reason, and the sender's, as many as SQS takes. A reason that the message already has is
 * replaced: it was a dead letter before, and was sent back to its queue.
 */
export function deadLetterAttributes<Value extends TextAttribute>(
  reason: Reason<Value>,
  attributes: Readonly<Record<string, Value>> = {},
): Record<string, Value> {
  const { sender } = splitDeadLetterAttributes(attributes);
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
export function splitDeadLetterAttributes<Value extends TextAttribute>(
  attributes: Readonly<Record<string, Value>> = {},
): { readonly reason: Reason<string> | undefined; readonly sender: Record<string, Value> } {
  const [code, text, queue] = reasonNames.map((name) => attributes[name]?.StringValue ?? attributes[name]?.stringValue);
  if (code === undefined || text === undefined || !queue?.startsWith('arn:'))
    return { reason: undefined, sender: { ...attributes } };
  const sender = Object.entries(attributes)
    .filter(([name]) => !isReasonName(name))
    .map(([name, value]) => [originalName(name), value]);
  return { reason: { code, reason: text, queue }, sender: Object.fromEntries(sender) };
}

/**
 * Whether a message that came from this queue was a dead letter before, and was sent back: it names the queue in the attributes of the
 * reason, which `dlq replay` and SQS's own redrive leave on it.
 */
export function isSentBack(attributes: Readonly<Record<string, TextAttribute>> | undefined, queueArn: string): boolean {
  return splitDeadLetterAttributes(attributes).reason?.queue === queueArn;
}

function originalName(name: string): string {
  const rest = name.startsWith(senderPrefix) ? name.slice(senderPrefix.length) : '';
  return isReasonName(rest) ? rest : name;
}

function isReasonName(name: string): boolean {
  return (reasonNames as readonly string[]).includes(name);
}
