import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, 'messages');

/** One message as Python read it: the headers, the properties and the body. */
export interface Recorded {
  readonly envelope: RecordedEnvelope;
  readonly taskBody: RecordedBody | Readonly<Record<string, unknown>>;
  /** The SQS body; undefined if the recording has only what Python read. */
  readonly body: string | undefined;
}

export interface RecordedEnvelope {
  readonly body?: string;
  readonly 'content-type': string;
  readonly 'content-encoding': string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** Protocol 2: args, kwargs, embed. */
export type RecordedBody = readonly [
  readonly unknown[],
  Readonly<Record<string, unknown>>,
  Readonly<Record<string, readonly unknown[] | null>>,
];

interface RecordedMessage {
  readonly sqs?: { readonly Body: string };
  readonly SendMessage_request?: { readonly MessageBody: string };
  readonly decoded_envelope?: RecordedEnvelope;
  readonly decoded_task_body?: Recorded['taskBody'];
  /** The recording of Celery 5.4 has a shorter form: the envelope itself, and its decoded body in `_body`. */
  readonly _body?: RecordedBody;
}

export function recordedFiles(): string[] {
  return readdirSync(folder).sort();
}

/**
 * Reads a recording without the code under test. Numbers that `JSON.parse` cannot read or would round, each on a line of its own,
 * become strings such as `<NaN>`.
 */
export function readRecording(file: string): Readonly<Record<string, unknown>> {
  const text = readFileSync(join(folder, file), 'utf8');
  return JSON.parse(text.replace(/^(\s*)(-?Infinity|NaN|-?\d{16,})(,?)$/gm, '$1"<$2>"$3')) as Record<string, unknown>;
}

/** Returns the task messages of a recording; an empty list if it has none. */
export function recordedMessages(file: string): Recorded[] {
  const recording = readRecording(file);
  const messages = (recording.messages ?? [recording]) as readonly (RecordedMessage & RecordedEnvelope)[];
  return messages.flatMap((message): Recorded[] => {
    const envelope = message.decoded_envelope ?? (message._body && message);
    const taskBody = message.decoded_task_body ?? message._body;
    if (envelope === undefined || taskBody === undefined) return [];
    const body = message.sqs?.Body ?? message.SendMessage_request?.MessageBody;
    return [{ envelope, taskBody, body }];
  });
}
