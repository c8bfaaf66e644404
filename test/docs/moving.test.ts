import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { TaskOptions } from '../../packages/girder-worker/src/task/options.ts';
import { expectPart } from '../interop/document.ts';
import { pythonVenv } from '../interop/pythonVenv.ts';
import { latestCelery } from '../interop/versions.ts';
import { requirePython } from '../support/requirements.ts';
import { celeryTaskOptions, noOptions } from './celeryTaskOptions.ts';
import { renderOptions } from './movingTable.ts';

test('docs/moving-from-celery.md shows the table of options as it is', () => {
  expectPart('moving-from-celery.md', renderOptions());
});

test('the table names every option that a task has here, but those that Celery does not have', () => {
  const shown = new Set(Object.values(celeryTaskOptions).map(({ option }) => option));
  const ours: Record<keyof TaskOptions, 'in Celery' | 'only here'> = {
    name: 'in Celery',
    ignoreResult: 'in Celery',
    queue: 'in Celery',
    priority: 'in Celery',
    expires: 'in Celery',
    timeLimit: 'in Celery',
    softTimeLimit: 'in Celery',
    pool: 'only here',
    acksLate: 'in Celery',
    maxRetries: 'in Celery',
    defaultRetryDelay: 'in Celery',
    autoretryFor: 'in Celery',
    dontAutoretryFor: 'in Celery',
    retryKwargs: 'in Celery',
    retryBackoff: 'in Celery',
    retryBackoffMax: 'in Celery',
    retryJitter: 'in Celery',
    trackStarted: 'in Celery',
    throws: 'in Celery',
    args: 'in Celery',
    girderJob: 'only here',
  };
  const expected = Object.entries(ours).filter(([, place]) => place === 'in Celery');
  shown.delete(undefined);
  expect(shown).toEqual(new Set(expected.map(([name]) => name)));
});

test.skipIf(!requirePython())(
  `the table has every option of a task of Celery ${latestCelery}`,
  async () => {
    const program = `
import json
from celery.app.task import Task
names = [n for n, v in vars(Task).items() if not n.startswith("_") and not callable(v) and not isinstance(v, (property, classmethod, staticmethod))]
print(json.dumps(names + [name for name, _ in Task.from_config]))`;
    const { stdout } = await promisify(execFile)(await pythonVenv(latestCelery), ['-c', program]);
    const names = new Set<string>(JSON.parse(stdout));
    expect([...names].filter((name) => !(name in celeryTaskOptions) && !noOptions.includes(name))).toEqual([]);
  },
  300_000,
);
