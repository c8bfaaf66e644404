import { describe, expect, test } from 'vitest';
import { stringifyPythonJson } from '../../packages/girder-worker/src/kombu/json/pythonJson.ts';
import {
  DateTime,
  Decimal,
  OpaqueObject,
  PlainDate,
  PlainTime,
  Uuid,
} from '../../packages/girder-worker/src/kombu/values.ts';
import { decode } from '../../packages/girder-worker/src/message/decode.ts';
import { type RecordedBody, recordedMessages } from './captures.ts';
import { base64, bodyOf, meaningOf } from './meaning.ts';

/** The mark in a recording for characters that were left out. */
const cut = /\.\.\.<truncated by lab, total (?<total>\d+) chars>\.\.\./;

test('values that Kombu tags are decoded without loss', async () => {
  const { args } = await decode(recordedMessages('types_json.json')[0]!.body ?? '');
  expect(args).toEqual([
    new DateTime('2024-01-02T03:04:05.678901'),
    new DateTime('2024-01-02T03:04:05+00:00'),
    new PlainDate('2024-01-02'),
    new PlainTime('03:04:05'),
    new Decimal('1.50'),
    new Uuid('12345678-1234-5678-1234-567812345678'),
    Buffer.from('abc'),
    Buffer.from([0xff, 0]),
    [1, 2],
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2n ** 70n,
    1,
    1e22,
    { __type__: 'x', __value__: 1, extra: 2 },
  ]);
  expect((args[0] as DateTime).isoformat()).toBe('2024-01-02T03:04:05.678901');
});

describe('a message that was too large to be recorded completely', () => {
  test.each([
    { file: 'large_200k.json', length: 200_000 },
    { file: 'large_560k.json', length: 560_000 },
  ])('$file is decoded after its omitted characters are restored', async ({ file, length }) => {
    const recorded = recordedMessages(file)[0]!;
    const taskBody = restoreCut(recorded.taskBody) as RecordedBody;
    const inner = base64(stringifyPythonJson(taskBody));
    const body = base64(stringifyPythonJson({ ...recorded.envelope, body: inner }));
    const [start = '', _total, end = ''] = recorded.body?.split(cut) ?? [];
    expect(start.length + end.length).toBe(600);
    expect(body.startsWith(start) && body.endsWith(end)).toBe(true);
    expect(inner.length).toBe(Number(cut.exec(recorded.envelope.body ?? '')?.groups?.total));

    const message = await decode(body);
    expect(message).toStrictEqual(meaningOf({ ...recorded, taskBody }));
    expect(message.args[0]).toHaveLength(length);
  });
});

describe('a message of protocol 1 is decoded from its body alone', () => {
  const protocol1 = ['protocol1.json', 'protocol1_chord.json'].flatMap((file) =>
    recordedMessages(file).map((recorded, index) => ({ name: `${file} #${index}`, recorded })),
  );
  test.each(protocol1)('$name', async ({ recorded }) => {
    const fields = recorded.taskBody as Readonly<Record<string, unknown>>;
    const { callbacks, errbacks, chord } = fields as Record<string, readonly unknown[] | null>;
    // The same message in protocol 2.
    const headers = { ...fields, group: fields.taskset, root_id: fields.id, parent_id: null, ignore_result: null };
    const repr = { argsrepr: null, kwargsrepr: null, origin: null, shadow: null, replaced_task_nesting: 0 };
    const envelope = { ...recorded.envelope, headers: { ...headers, ...repr, stamped_headers: null, stamps: {} } };
    const taskBody = [fields.args, fields.kwargs, { callbacks, errbacks, chain: null, chord }] as RecordedBody;
    const meaning = { ...meaningOf({ ...recorded, envelope, taskBody }), protocol: 1, headers: {} };
    expect(await decode(bodyOf(recorded))).toStrictEqual(meaning);
  });
});

describe("a message in Girder Worker's serializer girder_io", () => {
  const messages = recordedMessages('girder_worker_5.0.21_publish.json');
  test.each(messages.map((recorded, index) => ({ name: `#${index}`, recorded })))(
    '$name is decoded to the same values as plain JSON',
    async ({ recorded }) => {
      const [args, kwargs, embed] = (recorded.taskBody as { 'py/tuple': unknown[] })['py/tuple'];
      const taskBody = [(args as { 'py/tuple': unknown[] })['py/tuple'], kwargs, embed] as unknown as RecordedBody;
      const message = await decode(bodyOf(recorded));
      const { args: _args, ...rest } = meaningOf({ ...recorded, taskBody });
      expect(message).toMatchObject(rest);
      expect(JSON.parse(stringifyPythonJson(message.args)), 'written back unchanged').toEqual(taskBody[0]);
    },
  );

  test('has OpaqueObjects for the objects of Python classes', async () => {
    const [transform] = (await decode(bodyOf(messages[0]!))).args;
    expect(transform).toBeInstanceOf(OpaqueObject);
    expect(transform).toMatchObject({
      className: 'girder_worker.utils.transforms.girder_io.GirderFileId',
      fields: { file_id: 'FILE1', gc: { className: 'girder_client.GirderClient', fields: { token: 'clienttok' } } },
    });
  });
});

/** Restores the omitted characters of a long string that consists of one repeated character. */
function restoreCut(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(restoreCut);
  if (typeof value !== 'string') return value;
  const total = cut.exec(value)?.groups?.total;
  return total === undefined ? value : value.charAt(0).repeat(Number(total));
}
