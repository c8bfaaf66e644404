import type { Message } from '@aws-sdk/client-sqs';
import { isFifo } from '../queueName.ts';
import { maxBatchBytes, maxEntries } from './batchCall.ts';

/** A dead letter to send to its queue, the one with the SQS name `target`, or to delete. */
export interface DecidedLetter {
  readonly message: Message;
  readonly action: 'redrive' | 'drop';
  readonly target: string;
}

/** Letters of one action and one queue in the order of the letters, as many as SQS takes in a request; one by one for a FIFO queue. */
export function batchesOf(letters: readonly DecidedLetter[]): readonly (readonly DecidedLetter[])[] {
  const batches: { letters: DecidedLetter[]; bytes: number }[] = [];
  for (const letter of letters) {
    const { action, target, message } = letter;
    const bytes = action === 'drop' ? 0 : sizeOf(message);
    const last = batches.at(-1);
    const [first] = last?.letters ?? [];
    const fits =
      first?.action === action &&
      (action === 'drop' || (first.target === target && !isFifo(target))) &&
      last!.letters.length < maxEntries &&
      last!.bytes + bytes <= maxBatchBytes;
    if (fits) {
      last!.letters.push(letter);
      last!.bytes += bytes;
    } else batches.push({ letters: [letter], bytes });
  }
  return batches.map((batch) => batch.letters);
}

/** The bytes of a message as SQS counts them: its body, and names, types and values of its attributes. */
function sizeOf({ Body = '', MessageAttributes = {} }: Message): number {
  const parts = Object.entries(MessageAttributes).flatMap(
    ([name, { DataType = '', StringValue = '', BinaryValue }]) => [
      Buffer.byteLength(name + DataType + StringValue),
      BinaryValue?.length ?? 0,
    ],
  );
  return parts.reduce((sum, bytes) => sum + bytes, Buffer.byteLength(Body));
}
