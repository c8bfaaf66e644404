/**
 * The name of the SQS queue that Kombu uses for a Celery queue: dots become dashes, other punctuation but `-` and `_`
 * becomes `_`, and the suffix `.fifo` stays (wire specification §1.6).
 */
export function sqsQueueName(celeryQueue: string, prefix = ''): string {
  const name = prefix + celeryQueue;
  const [stem, suffix] = name.endsWith('.fifo') ? [name.slice(0, -5), '.fifo'] : [name, ''];
  return stem.replaceAll('.', '-').replace(/[!-,/:-@[-^`{-~]/g, '_') + suffix;
}
