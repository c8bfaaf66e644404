import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultFaults } from '../../packages/girder-worker/src/simulation/faultKinds.ts';
import { simulate } from '../../packages/girder-worker/src/simulation/simulate.ts';
import type { Attributes } from '../../packages/girder-worker/src/store/dynamodb/attributeValues.ts';
import { pythonVenv, requirePython } from '../support/requirements.ts';
import { celeryVersions } from './versions.ts';

const script = path.join(import.meta.dirname, 'readitems.py');

/** Of the items as they were between two writes, one of so many is read; the last one of each always. */
const samplePeriod = 5;

describe.skipIf(!requirePython())('of a simulation with faults, each item', () => {
  let folder: string;
  let file: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'simulated-items-'));
    file = path.join(folder, 'items.json');
    const last = new Map<string, Attributes>();
    const samples: [string, Attributes][] = [];
    let writes = 0;
    const onWrite = (key: string, item: Attributes) => {
      last.set(key, item);
      if (writes++ % samplePeriod === 0) samples.push([key, item]);
    };
    await simulate({ tasks: 300, seed: 5, faults: defaultFaults, onWrite });
    await writeFile(file, JSON.stringify([...last, ...samples], withBase64));
  }, 120_000);

  afterAll(() => rm(folder, { recursive: true }));

  test.each(celeryVersions)(
    'is a result or a group for a client of Celery %s',
    async (version) => {
      const python = await pythonVenv(version);
      const { stdout } = await promisify(execFile)(python, [script, file], { maxBuffer: 2 ** 26 });
      const { counts, failures } = JSON.parse(stdout);
      expect(failures).toEqual([]);
      for (const kind of ['PENDING', 'SUCCESS', 'FAILURE', 'RETRY', 'REVOKED', 'groups'])
        expect(counts[kind], kind).toBeGreaterThan(0);
      expect(counts.members).toBeGreaterThan(counts.groups);
    },
    300_000,
  );
});

/** For `JSON.stringify`: bytes, which have become an object or an array of numbers, in base64. */
function withBase64(this: Attributes, name: string, value: unknown): unknown {
  const original = (this as Record<string, unknown>)[name];
  return original instanceof Uint8Array ? Buffer.from(original).toString('base64') : value;
}
