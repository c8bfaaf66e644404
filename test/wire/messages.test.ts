import { describe, expect, test } from 'vitest';
import type { DecodeErrorCode } from '../../packages/girder-worker/src/kombu/errors.ts';
import { parsePythonJson, stringifyPythonJson } from '../../packages/girder-worker/src/kombu/json/pythonJson.ts';
import { safereprOfArgs } from '../../packages/girder-worker/src/kombu/repr/saferepr.ts';
import { decode } from '../../packages/girder-worker/src/message/decode.ts';
import { encode } from '../../packages/girder-worker/src/message/encode.ts';
import { type Recorded, readRecording, recordedFiles, recordedMessages } from './captures.ts';
import { bodyOf, meaningOf, outerText } from './meaning.ts';

/** Recordings of messages that must not be run, and why not. */
const refused: Readonly<Record<string, DecodeErrorCode>> = { 'serializer_pickle.json': 'CONTENT_DISALLOWED' };

/** Recordings with tests of their own, in the other files: what they mean is not simply the recorded JSON. */
const withTestsOfTheirOwn = new Set([
  'byhand_read_by_python_worker.json',
  'girder_worker_5.0.21_publish.json',
  'lambda_sqs_event.json',
  'large_200k.json',
  'large_560k.json',
  'protocol1.json',
  'protocol1_chord.json',
  'types_json.json',
]);

/** Recordings in which no task was sent: remote control, start of a worker, and what Celery itself refused to send. */
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
  .filter((file) => !withTestsOfTheirOwn.has(file) && !withoutTask.has(file))
  .flatMap((file) => recordedMessages(file).map((recorded, index) => ({ name: `${file} #${index}`, file, recorded })));
const accepted = captures.filter(({ file }) => !(file in refused));

test('every recording is accounted for', () => {
  const unknown = files.filter(
    (file) => !withTestsOfTheirOwn.has(file) && !withoutTask.has(file) && recordedMessages(file).length === 0,
  );
  expect(unknown).toEqual([]);
  expect(files).toEqual(expect.arrayContaining([...withTestsOfTheirOwn, ...withoutTask, ...Object.keys(refused)]));
  expect([...withoutTask].filter((file) => recordedMessages(file).length > 0)).toEqual([]);
  expect(accepted.length).toBeGreaterThan(90);
});

describe('a recorded message of protocol 2 is decoded to what Python read', () => {
  test.each(accepted)('$name', async ({ recorded }) => {
    expect(await decode(bodyOf(recorded))).toStrictEqual(meaningOf(recorded));
  });
});

describe('a recorded message that must not be run is refused, and says for which task', () => {
  test.each(captures.filter(({ file }) => file in refused))('$name', async ({ file, recorded }) => {
    const { id, task } = recorded.envelope.headers;
    await expect(decode(bodyOf(recorded))).rejects.toMatchObject({ code: refused[file], identity: { id, task } });
  });
});

describe('JSON is written as Python has written it, byte for byte', () => {
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

describe("argsrepr is Celery's", () => {
  // Hidden by the sender; a list where clients send tuples; lists that were tuples when the text was made.
  const otherwise = ['argsrepr.json #0', 'flow_chord_body_fails.json #2'];
  const visible = accepted.filter(({ name }) => !otherwise.includes(name));
  test.each(visible)('$name', ({ recorded }) => {
    expect(safereprOfArgs(meaningOf(recorded).args as unknown[])).toBe(recorded.envelope.headers.argsrepr);
  });
});

test('what is encoded has all keys that a Celery client sends', async () => {
  const { envelope, body = '' } = recordedMessages('basic_delay.json')[0]!;
  const sent = JSON.parse(outerText(encode(await decode(body)))) as Recorded['envelope'];
  expect(new Set(Object.keys(sent))).toEqual(new Set(Object.keys(envelope)));
  expect(Object.keys(sent.headers)).toEqual(Object.keys(envelope.headers));
  expect(new Set(Object.keys(sent.properties))).toEqual(new Set(Object.keys(envelope.properties)));
  expect({ ...sent.headers, lang: 'py' }).toEqual(envelope.headers);
  expect(sent.body).toBe(envelope.body);
});

test('the records of a Lambda event are the recorded messages', async () => {
  const { Records } = readRecording('lambda_sqs_event.json').event as { Records: readonly { body: string }[] };
  const recorded = files.flatMap((file) => recordedMessages(file)).map(({ body }) => body);
  expect(Records).toHaveLength(4);
  for (const { body } of Records) {
    expect(recorded).toContain(body);
    expect(await decode(body)).toMatchObject({ task: 'labtasks.add' });
  }
});

test('a message of remote control is no task', async () => {
  const published = [...withoutTask].flatMap((file) => {
    const requests = (readRecording(file).aws_requests ?? []) as { target: string; body: { Message: string } }[];
    return requests.filter(({ target }) => target === 'SNS.Publish').map(({ body }) => body.Message);
  });
  expect(published.length).toBeGreaterThan(5);
  for (const text of published) await expect(decode(text)).rejects.toMatchObject({ code: 'NO_TASK_NAME' });
});
