import { describe, expect, test } from 'vitest';
import { stringifyPythonJson } from '../../packages/girder-worker/src/kombu/json/pythonJson.ts';
import { readGroup, readResult } from '../../packages/girder-worker/src/store/document/readResult.ts';
import {
  groupDocument,
  outcomeDocument,
  retryDocument,
  revokedDocument,
  startedDocument,
  stateDocument,
} from '../../packages/girder-worker/src/store/document/resultDocument.ts';
import { toPlainJson } from '../../packages/girder-worker/src/store/document/storedBytes.ts';
import type { ResultContext, StoredResult } from '../../packages/girder-worker/src/store/resultStore.ts';
import { byHand, bytesOf, recordedItems } from './recordedItems.ts';

const { items, cut } = recordedItems();
const json = stringifyPythonJson;

/** How documents begin that Celery wrote with another `result_serializer` than json. */
const otherForms = { pickle: /^\x80/, msgpack: /^[\x81-\x8f]/, YAML: /^children:/ };
const otherFormOf = (bytes: Buffer) =>
  Object.entries(otherForms).find(([, beginning]) => beginning.test(bytes.toString('latin1')))?.[0];

/** The recordings cut strings of several thousand characters: tracebacks, a dump of a request, a result of 300 KB. */
const onlyPartlyRecorded = [
  'd60e6c73-6106-4220-846b-63c22e11db58', // chord_header_fails: ChordError
  '6bb610c2-a93a-4b71-8d7a-d2bbadb999bc',
  'ed5b2fee-d6a0-471f-801e-95cc29f528e5', // success_300k
  'e74ecaf1-62c4-4c54-8d63-4f00ecf7ec6f', // return_set_unserializable
  'ce50e5b7-4901-4407-bbeb-c72a062c2729',
  'cb97d50d-fd12-4cee-8c4d-0ddbf93b5900', // request_dump
  'f891e698-bf83-4217-ad5d-09df98591118',
  '358fa196-3625-424b-9e0b-9330d71c73bd',
];

describe('a result that a real Celery stored', () => {
  const readable = items.filter(({ kind, bytes }) => kind === 'task' && otherFormOf(bytes) === undefined);
  const plain = readable.filter(({ bytes }) => bytes[0] !== 0);

  test('is recorded as a whole, except for eight known ones', () => {
    expect(plain.length).toBeGreaterThan(90);
    expect(cut).toEqual(onlyPartlyRecorded.map((id) => `b'celery-task-meta-${id}'`));
  });

  test.each(plain)('is read without loss: writing it again gives the same bytes: $name', ({ bytes }) => {
    const text = bytes.toString('utf8');
    const taskId = /"task_id": "([^"]*)"\}$/.exec(text)?.[1];
    if (taskId === undefined) return expect(text).toMatch(/"task_id": \{"__type__": "uuid"/); // The only one with another form.
    const expected = text
      .replace(/("date_done": "[^"]*\.\d{3})\d{3}\+00:00"/, '$1000+00:00"') // JavaScript's time has milliseconds,
      .replace('"f": 1.0', '"f": 1'); // and its numbers have no separate float type.
    expect(written(taskId, readResult(bytes))).toBe(expected);
  });

  test.each(['x-gzip', 'x-bz2', 'x-lzma'])('is read if it is compressed as %s', async (type) => {
    const beginning = new RegExp(`^\0celery-compressed\0application/${type}\0`);
    const compressed = readable.filter(({ bytes }) => beginning.test(bytes.toString('latin1')));
    expect(compressed.length).toBeGreaterThan(0);
    for (const { bytes } of compressed) {
      const stored = readResult(await toPlainJson(bytes));
      expect(stored).toMatchObject({ state: 'SUCCESS', result: { a: [1, 'é'] }, children: null });
    }
  });

  test.each(['msgpack', 'YAML'])('is read if it is serialized as %s', async (form) => {
    const written = items.filter(({ bytes }) => otherFormOf(bytes) === form);
    expect(written.length).toBeGreaterThan(0);
    for (const { bytes } of written) {
      const stored = readResult(await toPlainJson(bytes));
      expect(stored).toMatchObject({ state: 'SUCCESS', result: { a: [1, 'é'] }, children: null });
    }
  });

  test('is refused if it is pickled, and the error says so', async () => {
    const written = items.filter(({ bytes }) => otherFormOf(bytes) === 'pickle');
    expect(written.length).toBeGreaterThan(0);
    for (const { bytes } of written) {
      await expect(toPlainJson(bytes)).rejects.toThrow(expect.objectContaining({ name: 'UnreadableResultError' }));
      await expect(toPlainJson(bytes)).rejects.toThrow('pickle');
    }
  });

  test('is written again with the same bytes if it is a group', () => {
    const groups = items.filter(({ kind }) => kind === 'group');
    expect(groups.length).toBeGreaterThan(5);
    for (const { bytes } of groups) expect(groupDocument(readGroup(bytes))).toBe(bytes.toString('utf8'));
  });
});

describe('a result that was written by hand', () => {
  /** Items that we read, although Python fails on them or would execute code. */
  const read = new Map<string, Partial<StoredResult>>([
    ['no timestamp attribute', { state: 'SUCCESS', result: 7 }],
    ['timestamp as S (wrong type)', { state: 'SUCCESS', result: 7 }],
    [
      'FAILURE no exc_type',
      { state: 'FAILURE', result: { exc_message: ['x'], exc_module: 'builtins' }, exception: null },
    ],
    ['FAILURE result is a string', { state: 'FAILURE', result: 'boom', exception: null }],
    [
      'FAILURE known class not an exception (os.system)',
      { state: 'FAILURE', exception: { type: 'system', module: 'os', args: ['echo hi'] } },
    ],
  ]);
  const cases = byHand().flatMap((hand) => {
    const bytes = bytesOf(hand);
    return bytes ? [{ ...hand, bytes }] : [];
  });
  const raises = ({ state }: { state: string }) => state.startsWith('RAISES');

  test.each(cases.filter((hand) => !raises(hand)))(
    'is read in the state that Python reads: $label',
    ({ bytes, state }) => {
      expect(readResult(bytes).state).toBe(state);
    },
  );

  test.each(cases.filter((hand) => raises(hand) && !read.has(hand.label)))(
    'is refused, as by Python: $label',
    ({ bytes }) => {
      expect(() => readResult(bytes)).toThrow(expect.objectContaining({ name: 'UnreadableResultError' }));
    },
  );

  test.each([...read])('is read although Python fails: %s', (label, meaning) => {
    const [hand] = cases.filter((each) => each.label === label && raises(each));
    expect(readResult(hand?.bytes ?? Buffer.of())).toMatchObject(meaning);
  });
});

/** Writes a document from a result that was read. */
function written(id: string, stored: StoredResult): string {
  const { state, exception, traceback, request } = stored;
  const context: ResultContext = {
    group: stored.group,
    parentId: stored.parentId,
    childrenJson: json(stored.children),
    ...(request && {
      extended: {
        ...request,
        argsJson: json(request.args),
        kwargsJson: json(request.kwargs),
        worker: String(request.worker),
        retries: Number(request.retries),
      },
    }),
  };
  const failure = exception && {
    ...exception,
    module: String(exception.module),
    argsJson: json(exception.args),
    traceback,
  };
  const dateDoneMs = Date.parse(stored.dateDone ?? '');
  const ofState = () => stateDocument(id, state, json(stored.result), context, dateDoneMs);
  switch (state) {
    case 'SUCCESS':
      return outcomeDocument(id, { state, resultJson: json(stored.result) }, context, dateDoneMs);
    case 'FAILURE':
      return failure ? outcomeDocument(id, { state, failure }, context, dateDoneMs) : ofState();
    case 'REVOKED': {
      const reason = exception?.args[0] as 'revoked';
      if (!exception) return ofState();
      if (stored.children === null) return revokedDocument(id, reason, dateDoneMs);
      return outcomeDocument(id, { state, reason }, context, dateDoneMs);
    }
    case 'RETRY':
      return retryDocument(id, { state, etaMs: 0, failure, traceback }, context);
    case 'STARTED': {
      const worker = stored.result as { pid: number; hostname: string };
      return startedDocument({ id, worker, context });
    }
    default:
      return ofState();
  }
}
