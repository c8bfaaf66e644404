import { taskName as registeredName } from 'girder-worker/internal/task';
import type { PluginAnswers } from '../answers/answers.ts';

/** test/tasks.test.ts. It imports the package by its name, as a deployment does, so it tests what is published. */
export function tasksTest({ name, className, taskName }: PluginAnswers): string {
  return `import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as plugin from '${name}';
import * as tasks from '${name}/tasks';
import { app } from 'girder-worker/app';
import { createTask, runTask } from 'girder-worker/testing';

test('add returns the sum of two numbers', () => {
  assert.equal(tasks.add(1, 2), 3);
});

test('${taskName} counts to the end, and reports each step', async () => {
  const task = createTask();
  assert.equal(await runTask(tasks.${taskName}, [2, 0], task), 2);
  assert.deepEqual(task.progress, [
    { total: 2, current: 1 },
    { total: 2, current: 2 },
  ]);
});

test('${taskName} stops before the next step when it is revoked', async () => {
  const task = createTask({ onProgress: ({ current }) => current === 3 && task.revoke() });
  assert.equal(await runTask(tasks.${taskName}, [1000, 0], task), 3);
  assert.deepEqual(task.lines, [{ level: 'info', text: 'canceled at 3 of 1000' }]);
});

test('${taskName} stops during a pause when it is revoked', async () => {
  const anHour = 3_600_000;
  const task = createTask();
  const counting = runTask(tasks.${taskName}, [1, anHour], task);
  task.revoke();
  await assert.rejects(counting, { name: 'AbortError' });
});

test('the plugin lists the module of the tasks, from which their names derive', () => {
  assert.deepEqual(new plugin.${className}(app).taskImports(), ['${name}/tasks']);
  assert.equal(tasks.add.name, '${registeredName(`${name}/tasks`, 'add')}');
  assert.equal(tasks.${taskName}.name, '${registeredName(`${name}/tasks`, taskName)}');
});
`;
}
