import { expect, test } from 'vitest';
import type { TaskRow } from '../../data.ts';
import { draftOf, problemIn } from './request.ts';

const row: TaskRow = {
  ...{ id: 'i', task: 'pkg.add', state: 'FAILURE', queue: 'celery', worker: 'w', receivedMs: 1, startedMs: 1 },
  ...{ endedMs: 2, runtimeMs: 1, retries: 0, error: null, rootId: 'i', parentId: null },
  ...{ args: '(1, 2)', kwargs: "{'deep': None}" },
};

test('a draft has the arguments of the run in JSON', () => {
  const draft = draftOf(row);
  expect(draft).toMatchObject({ task: 'pkg.add', queue: 'celery', notes: [] });
  expect([JSON.parse(draft.argsJson), JSON.parse(draft.kwargsJson)]).toEqual([[1, 2], { deep: null }]);
  expect(problemIn(draft)).toBeUndefined();
});

test('a draft of a run without arguments has none', () => {
  expect(draftOf({ ...row, args: '', kwargs: '' })).toMatchObject({ argsJson: '[]', kwargsJson: '{}', notes: [] });
});

test('values that the history hides must be written before the task can be sent', () => {
  const draft = draftOf({ ...row, kwargs: "{'token': '***'}" });
  expect(draft.notes.join()).toContain('hides values of secrets');
  expect(problemIn(draft)).toContain('***');
  expect(problemIn({ ...draft, kwargsJson: '{"token": "t"}' })).toBeUndefined();
});

test('arguments that cannot be read are said to be so', () => {
  expect(draftOf({ ...row, args: 'garbage (' }).notes).toHaveLength(1);
});

test.each([
  [{ argsJson: '[' }, 'not JSON'],
  [{ argsJson: '{}' }, 'must be a list'],
  [{ kwargsJson: '' }, 'not JSON'],
  [{ kwargsJson: '[]' }, 'must be an object'],
  [{ kwargsJson: 'null' }, 'must be an object'],
  [{ queue: ' ' }, 'queue'],
])('a request with %j cannot be sent', (changed, problem) => {
  expect(problemIn({ ...draftOf(row), ...changed })).toContain(problem);
});
