import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTaskClient } from '../../packages/girder-worker/src/client/client.ts';
import { App } from '../../packages/girder-worker/src/task/app.ts';
import { type EmfDocument, emfFaults } from '../support/emfDocument.ts';
import { type Stack, startStack } from '../support/stack.ts';

let stack: Stack;
let app: App;
beforeAll(async () => {
  stack = await startStack({ plugins: ['labtasks'], env: { GIRDER_WORKER_METRICS: 'on', POWERTOOLS_DEV: undefined } });
  app = new App(createTaskClient(stack.env));
});
afterAll(() => stack?.stop());

const documents = () =>
  stack.lines.filter((line) => line.includes('"_aws"')).map((line) => JSON.parse(line) as EmfDocument);

/** Resolves to the sum of a metric of a task, when that is as expected. */
const expectSum = (task: string, metric: string, sum: number) =>
  expect
    .poll(() =>
      documents()
        .filter((document) => document.task === task)
        .reduce((total, document) => total + Number(document[metric] ?? 0), 0),
    )
    .toBe(sum);

test('a function writes metrics of its tasks in the embedded metric format, which are valid', async () => {
  await Promise.all([app.sendTask('labtasks.add', [1, 2]), app.sendTask('labtasks.add', [3, 4])]);
  await app.sendTask('labtasks.raises', ['boom']);
  await app.sendTask('labtasks.work.retried', [2, 0]);
  await app.sendTask('no.such.task');
  await expectSum('labtasks.add', 'TasksSucceeded', 2);
  await expectSum('labtasks.raises', 'TasksFailed', 1);
  await expectSum('labtasks.work.retried', 'TasksRetried', 2);
  await expectSum('labtasks.work.retried', 'TasksSucceeded', 1);
  await expectSum('unregistered', 'TasksFailed', 1);
  const lines = stack.lines.filter((line) => line.includes('"_aws"'));
  expect(lines.flatMap(emfFaults)).toEqual([]);
  const [add] = documents().filter(({ task }) => task === 'labtasks.add');
  expect([add!.TaskRuntime].flat()[0]).toBeGreaterThanOrEqual(0);
  expect([add!.QueueTime].flat()[0]).toBeGreaterThanOrEqual(0);
});
