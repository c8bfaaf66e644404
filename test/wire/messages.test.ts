import { describe, expect, test } from 'vitest';
import type { DecodeErrorCode } from '../../packages/girder-worker/src/kombu/errors.ts';
import { parsePythonJson, stringifyPythonJson } from '../../packages/girder-worker/src/kombu/json/pythonJson.ts';
import { safereprOfArgs } from '../../packages/girder-worker/src/kombu/repr/saferepr.ts';
import { decode } from '../../packages/girder-worker/src/message/decode.ts';
import { encode } from '../../packages/girder-worker/src/message/encode.ts';
import { type Recorded, readRecording, recordedFiles, recordedMessages } from './captures.ts';
import { bodyOf, meaningOf, outerText } from './meaning.ts';

/** Recordings of messages that decode rejects, and the code of the error. */
const rejected: Readonly<Record<string, DecodeErrorCode>> = { 'serializer_pickle.json': 'CONTENT_DISALLOWED' };

/** Recordings that the other test files cover, because their messages are not simply decoded to the recorded JSON. */
const coveredElsewhere = new Set([
  'byhand_read_by_python_worker.json',
  'girder_worker_5.0.21_publish.json',
  'lambda_sqs_event.json',
  'large_200k.json',
  'large_560k.json',
  'protocol1.json',
  'protocol1_chord.json',
  'types_json.json',
]);

/** Recordings without a task message: remote control, the start of a worker, and calls that failed in Celery's client. */
const withoutTask = new Set([
  'compression_zstd.json',
  'control_broadcast_default.json',
  'control_broadcast_destination.json',
  'control_broadcast_ping_fanout.json',
  'control_inspect_default.json',
  'control_inspect_fanout.json',
  'control_inspect_fanout_with_worker.json',
  'control_inspect_revoked_with_worker.json',
  'control_ping_default_with_worker.json',
  'control_revoke_by_stamped_headers.json',
  'control_revoke_default.json',
  'control_revoke_fanout.json',
  'control_revoke_fanout_with_worker.json',
  'control_revoke_terminate_default.json',
  'control_revoke_terminate_fanout.json',
  'exchange_direct_routing_key.json',
  'group_empty.json',
  'large_700k.json',
  'large_over_1mib.json',
  'types_enum_dataclass.json',
  'types_msgpack.json',
  'types_unserializable.json',
  'worker_startup_default.json',
  'worker_startup_fanout.json',
]);

const files = recordedFiles();
const captures = files
  .filter((file) => !coveredElsewhere.has(file) && !withoutTask.has(file))
  .flatMap((file) => recordedMessages(file).map((recorded, index) => ({ name: `${file} #${index}`, file, recorded })));
const accepted = captures.filter(({ file }) => !(file in rejected));

test('every recording has a task message or is in one of the lists', () => {
  const unknown = files.filter(
    (file) => !coveredElsewhere.has(file) && !withoutTask.has(file) && recordedMessages(file).length === 0,
  );
  expect(unknown).toEqual([]);
  expect(files).toEqual(expect.arrayContaining([...coveredElsewhere, ...withoutTask, ...Object.keys(rejected)]));
  expect([...withoutTask].filter((file) => recordedMessages(file).length > 0)).toEqual([]);
  expect(accepted.length).toBeGreaterThan(90);
});

describe('a recorded message of protocol 2 is decoded to the values that Python read', () => {
  test.each(accepted)('$name', async ({ recorded }) => {
    expect(await decode(bodyOf(recorded))).toStrictEqual(meaningOf(recorded));
  });
});

describe('a recorded message in pickle is rejected, and the error contains its task and id', () => {
  test.each(captures.filter(({ file }) => file in rejected))('$name', async ({ file, recorded }) => {
    const { id, task } = recorded.envelope.headers;
    await expect(decode(bodyOf(recorded))).rejects.toMatchObject({ code: rejected[file], identity: { id, task } });
  });
});

describe('stringifyPythonJson writes the recorded JSON again, byte for byte', () => {
  const json = captures.filter(({ recorded }) => recorded.body !== undefined);
  test.each(json)('$name', ({ recorded }) => {
    const outer = outerText(recorded.body ?? '');
    expect(stringifyPythonJson(parsePythonJson(outer))).toBe(outer);
    const { headers, 'content-type': type } = recorded.envelope;
    if (type !== 'application/json' || headers.compression !== undefined) return;
    const inner = Buffer.from(
      String(recorded.envelope.body ?? (JSON.parse(outer) as { body: string }).body),
      'base64',
    ).toString();
    expect(stringifyPythonJson(parsePythonJson(inner))).toBe(inner);
  });
});

describe('safereprOfArgs returns the argsrepr of Celery', () => {
  // The sender of the first message hides the arguments. The argsrepr of the second one shows a list instead of a tuple.
  const different = ['argsrepr.json #0', 'flow_chord_body_fails.json #2'];
  const comparable = accepted.filter(({ name }) => !different.includes(name));
  test.each(comparable)('$name', ({ recorded }) => {
    expect(safereprOfArgs(meaningOf(recorded).args as unknown[])).toBe(recorded.envelope.headers.argsrepr);
  });
});

test('an encoded message has the same keys as a message of a Celery client', async () => {
  const { envelope, body = '' } = recordedMessages('basic_delay.json')[0]!;
  const sent = JSON.parse(outerText(encode(await decode(body)))) as Recorded['envelope'];
  expect(new Set(Object.keys(sent))).toEqual(new Set(Object.keys(envelope)));
  expect(Object.keys(sent.headers)).toEqual(Object.keys(envelope.headers));
  expect(new Set(Object.keys(sent.properties))).toEqual(new Set(Object.keys(envelope.properties)));
  expect({ ...sent.headers, lang: 'py' }).toEqual(envelope.headers);
  expect(sent.body).toBe(envelope.body);
});

test('the records of the recorded Lambda event have the bodies of the recorded messages', async () => {
  const { Records } = readRecording('lambda_sqs_event.json').event as { Records: readonly { body: string }[] };
  const recorded = files.flatMap((file) => recordedMessages(file)).map(({ body }) => body);
  expect(Records).toHaveLength(4);
  for (const { body } of Records) {
    expect(recorded).toContain(body);
    expect(await decode(body)).toMatchObject({ task: 'labtasks.add' });
  }
});

test('a message of remote control is rejected with NO_TASK_NAME', async () => {
  const published = [...withoutTask].flatMap((file) => {
    const requests = (readRecording(file).aws_requests ?? []) as { target: string; body: { Message: string } }[];
    return requests.filter(({ target }) => target === 'SNS.Publish').map(({ body }) => body.Message);
  });
  expect(published.length).toBeGreaterThan(5);
  for (const text of published) await expect(decode(text)).rejects.toMatchObject({ code: 'NO_TASK_NAME' });
});
