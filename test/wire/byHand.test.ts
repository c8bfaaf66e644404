import { describe, expect, test } from 'vitest';
import type { DecodeErrorCode } from '../../packages/girder-worker/src/kombu/errors.ts';
import { decode } from '../../packages/girder-worker/src/message/decode.ts';
import { readRecording } from './captures.ts';

describe('a message written by hand', () => {
  interface Case {
    readonly label: string;
    readonly sqs_body: string;
    readonly result: { readonly status: string; readonly result: unknown; readonly task_id: string } | null;
    readonly worker_process_died: boolean;
  }
  const cases = readRecording('byhand_read_by_python_worker.json').cases as readonly Case[];

  /** The messages that the Python worker did not run, and what decode does with them. */
  const notRun: Readonly<Record<string, DecodeErrorCode | 'is decoded'>> = {
    'no properties key': 'NOT_AN_ENVELOPE',
    'no content-type': 'is decoded', // It ended the process of the Python worker.
    'eta number': 'HEADER_MALFORMED',
    'gzip compression header with REAL gzip data': 'DECOMPRESSION_FAILED',
    'bare protocol-1 JSON body, no envelope at all': 'NOT_AN_ENVELOPE',
    'pickle content refused': 'CONTENT_DISALLOWED',
  };

  test('was run by the Python worker, unless it is one of six known messages', () => {
    expect(cases.filter(({ result }) => result === null).map(({ label }) => label)).toEqual(Object.keys(notRun));
    expect(cases.filter((one) => one.worker_process_died).map(({ label }) => label)).toEqual(['no content-type']);
  });

  const runs = cases.filter(({ label, result }) => result !== null || notRun[label] === 'is decoded');
  test.each(runs)('is decoded if the Python worker ran it: $label', async ({ sqs_body, result }) => {
    const message = await decode(sqs_body);
    expect(message).toMatchObject({ task: 'labtasks.add', args: [1, 2], kwargs: {} });
    expect(message.id).toMatch(/^ts-[-0-9a-f]{36}$/);
    const continuations = [...message.embed.callbacks, ...message.embed.chain];
    const stored = continuations.length === 0 ? message.id : continuations[0]!.options.task_id;
    if (result !== null) expect(stored).toBe(result.task_id);
    if (result?.status === 'SUCCESS') expect(result.result).toBe(continuations.length === 0 ? 3 : 13);
    if (result?.status === 'REVOKED') expect(message.expires).toBe('2020-01-01T00:00:00.000Z');
  });

  const rejected = cases.filter(({ label }) => label in notRun && notRun[label] !== 'is decoded');
  test.each(rejected)('is rejected if the Python worker did not run it: $label', async ({ label, sqs_body }) => {
    await expect(decode(sqs_body)).rejects.toMatchObject({ name: 'DecodeError', code: notRun[label] });
  });

  test('in pickle is rejected with the error text of Kombu', async () => {
    const pickled = cases.find(({ label }) => label === 'pickle content refused')!;
    await expect(decode(pickled.sqs_body)).rejects.toThrow(
      'Refusing to deserialize untrusted content of type pickle (application/x-python-serialize)',
    );
  });
});
