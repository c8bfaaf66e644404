import { expect, test } from 'vitest';
import { readResult } from './readResult.ts';
import { createResultWriter } from './resultWriter.ts';
import { isCompressed } from './storedBytes.ts';

const context = { group: null, parentId: null };
const outcome = { state: 'SUCCESS', resultJson: JSON.stringify('x'.repeat(2000)) } as const;

test('results are compressed above the size that is asked for, and below it are not', () => {
  const write = createResultWriter({ compressionAboveBytes: 1000 });
  const { bytes } = write.final('id', outcome, context);
  expect(isCompressed(bytes)).toBe(true);
  expect(readResult(bytes).result).toBe('x'.repeat(2000));
  expect(isCompressed(write.final('id', { ...outcome, resultJson: '1' }, context).bytes)).toBe(false);
});

test('what no older client than Celery 5.7 could read is written only where it would not fit otherwise', () => {
  expect(isCompressed(createResultWriter({}).final('id', outcome, context).bytes)).toBe(false);
});

test('a stamp is stored flat and by its name, and never in the place of a field of Celery', () => {
  const extended = { name: 't', argsJson: '[]', kwargsJson: '{}', worker: 'w', retries: 0, queue: 'q' };
  const stamps = { trace: 't-9', status: 'HIJACKED' };
  const { bytes } = createResultWriter({}).final('id', outcome, { ...context, extended: { ...extended, stamps } });
  expect(Buffer.from(bytes).toString()).toContain(
    '"queue": "q", "stamped_headers": ["trace"], "trace": "t-9", "task_id": "id"}',
  );
  expect(readResult(bytes)).toMatchObject({ state: 'SUCCESS', request: { stamps: { trace: 't-9' } } });
});

test('a stamp with the name of a property of all objects is one like others', () => {
  const extended = { name: 't', argsJson: '[]', kwargsJson: '{}', worker: 'w', retries: 0, queue: 'q' };
  const stamps = JSON.parse('{"__proto__": "x", "constructor": "y"}') as Record<string, unknown>;
  const { bytes } = createResultWriter({}).final('id', outcome, { ...context, extended: { ...extended, stamps } });
  expect(readResult(bytes).request?.stamps).toEqual(stamps);
});
