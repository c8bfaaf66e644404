import { expect, test } from 'vitest';
import { readResult } from './readResult.ts';
import { createResultWriter } from './resultWriter.ts';
import { isCompressed } from './storedBytes.ts';

const context = { group: null, parentId: null };
const outcome = { state: 'SUCCESS', resultJson: JSON.stringify('x'.repeat(2000)) } as const;

test('a result is compressed only if it has more bytes than the configured limit', () => {
  const write = createResultWriter({ compressionAboveBytes: 1000 });
  const { bytes } = write.final('id', outcome, context);
  expect(isCompressed(bytes)).toBe(true);
  expect(readResult(bytes).result).toBe('x'.repeat(2000));
  expect(isCompressed(write.final('id', { ...outcome, resultJson: '1' }, context).bytes)).toBe(false);
});

test('by default a result that fits into an item is not compressed, so that clients before Celery 5.7 can read it', () => {
  expect(isCompressed(createResultWriter({}).final('id', outcome, context).bytes)).toBe(false);
});

test('a stamp is stored as a field of the extended result, unless it has the name of one of Celery’s fields', () => {
  const extended = { name: 't', argsJson: '[]', kwargsJson: '{}', worker: 'w', retries: 0, queue: 'q' };
  const stamps = { trace: 't-9', status: 'HIJACKED' };
  const { bytes } = createResultWriter({}).final('id', outcome, { ...context, extended: { ...extended, stamps } });
  expect(Buffer.from(bytes).toString()).toContain(
    '"queue": "q", "stamped_headers": ["trace"], "trace": "t-9", "task_id": "id"}',
  );
  expect(readResult(bytes)).toMatchObject({ state: 'SUCCESS', request: { stamps: { trace: 't-9' } } });
});

test('stamps named __proto__ and constructor are stored and read like any other', () => {
  const extended = { name: 't', argsJson: '[]', kwargsJson: '{}', worker: 'w', retries: 0, queue: 'q' };
  const stamps = JSON.parse('{"__proto__": "x", "constructor": "y"}') as Record<string, unknown>;
  const { bytes } = createResultWriter({}).final('id', outcome, { ...context, extended: { ...extended, stamps } });
  expect(readResult(bytes).request?.stamps).toEqual(stamps);
});
