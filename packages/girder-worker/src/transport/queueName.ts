/**
 * The name of the SQS queue that Kombu uses for a Celery queue: dots become dashes, other punctuation but `-` and `_`
 * becomes `_`, and the suffix `.fifo` stays (docs/wire-format.md §1.6).
 */
export function sqsQueueName(celeryQueue: string, prefix = ''): string {
  const name = prefix + celeryQueue;
  const [stem, suffix] = isFifo(name) ? [name.slice(0, -5), '.fifo'] : [name, ''];
  return stem.replaceAll('.', '-').replace(/[!-,/:-@[-^`{-~]/g, '_') + suffix;
}

/** The name of the SQS queue with this ARN: `arn:aws:sqs:<region>:<account>:<name>`. */
export function queueNameInArn(arn: string): string {
  return arn.slice(arn.lastIndexOf(':') + 1);
}

/** Whether a queue, by its name or ARN, keeps the order of its messages. It cannot delay a single one. */
export function isFifo(queue: string): boolean {
  return queue.endsWith('.fifo');
}

/** The queue that a name or an ARN names; `account` is undefined for a name. */
export function queueNamedBy(nameOrArn: string): { readonly name: string; readonly account: string | undefined } {
  if (!nameOrArn.startsWith('arn:')) return { name: nameOrArn, account: undefined };
  const [, , , , account, name = ''] = nameOrArn.split(':');
  return { name, account };
}

/**
 * The end of the name of a queue whose messages SQS moves to it after too many deliveries, and from which the consumer of dead letters
 * passes them on to the dead-letter queue.
 */
const undeliveredSuffix = '-undelivered';

/** The ARN of the queue whose undelivered messages are in the queue with this ARN; undefined if its name does not tell. */
export function sourceOfUndelivered(arn: string): string | undefined {
  const [stem, fifo] = isFifo(arn) ? [arn.slice(0, -5), '.fifo'] : [arn, ''];
  return stem.endsWith(undeliveredSuffix) ? stem.slice(0, -undeliveredSuffix.length) + fifo : undefined;
}
