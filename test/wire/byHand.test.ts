import { describe, expect, test } from 'vitest';
import type { DecodeErrorCode } from '../../packages/girder-worker/src/kombu/errors.ts';
import { decode } from '../../packages/girder-worker/src/message/decode.ts';
import { readRecording } from './captures.ts';

describe('a message that was written by hand', () => {
  interface Case {
    readonly label: string;
    readonly sqs_body: string;
    readonly result: { readonly status: string; readonly result: unknown; readonly task_id: string } | null;
    readonly worker_process_died: boolean;
  }
  const cases = readRecording('byhand_read_by_python_worker.json').cases as readonly Case[];

  /** Those that the Python worker could not run. */
  const notRun: Readonly<Record<string, DecodeErrorCode | 'runs here'>> = {
    'no properties key': 'NOT_AN_ENVELOPE',
    'no content-type': 'runs here', // It killed the Python worker's process.
    'eta number': 'HEADER_MALFORMED',
    'gzip compression header with REAL gzip data': 'DECOMPRESSION_FAILED',
    'bare protocol-1 JSON body, no envelope at all': 'NOT_AN_ENVELOPE',
    'pickle content refused': 'CONTENT_DISALLOWED',
  };

  test('was run by the Python worker, or is known not to have been', () => {
    expect(cases.filter(({ result }) => result === null).map(({ label }) => label)).toEqual(Object.keys(notRun));
    expect(cases.filter((one) => one.worker_process_died).map(({ label }) => label)).toEqual(['no content-type']);
  });

  const runs = cases.filter(({ label, result }) => result !== null || notRun[label] === 'runs here');
  test.each(runs)('is decoded where the Python worker ran it: $label', async ({ sqs_body, result }) => {
    const message = await decode(sqs_body);
    expect(message).toMatchObject({ task: 'labtasks.add', args: [1, 2], kwargs: {} });
    expect(message.id).toMatch(/^ts-[-0-9a-f]{36}$/);
    const continued = [...message.embed.callbacks, ...message.embed.chain];
    const stored = continued.length === 0 ? message.id : continued[0]!.options.task_id;
    if (result !== null) expect(stored).toBe(result.task_id);
    if (result?.status === 'SUCCESS') expect(result.result).toBe(continued.length === 0 ? 3 : 13);
    if (result?.status === 'REVOKED') expect(message.expires).toBe('2020-01-01T00:00:00.000Z');
  });

  const refusedByHand = cases.filter(({ label }) => label in notRun && notRun[label] !== 'runs here');
  test.each(refusedByHand)(
    'is refused where the Python worker could not run it: $label',
    async ({ label, sqs_body }) => {
      await expect(decode(sqs_body)).rejects.toMatchObject({ name: 'DecodeError', code: notRun[label] });
    },
  );

  test('pickle is refused in the words of Kombu', async () => {
    const pickled = cases.find(({ label }) => label === 'pickle content refused')!;
    await expect(decode(pickled.sqs_body)).rejects.toThrow(
      'Refusing to deserialize untrusted content of type pickle (application/x-python-serialize)',
    );
  });
});
