import { expect, test } from 'vitest';
import { app } from '../app.ts';
import type { TaskExtension } from '../execution/taskExtension.ts';
import { decode } from '../message/decode.ts';
import { runningTask } from '../task/current.ts';
import type { Task } from '../task/task.ts';
import type { BeforeContinuations } from './deps.ts';
import { createVirtualStack } from './fixtures/virtualStack.ts';

const signature = (task: string) => ({ task, args: [], kwargs: {}, options: {}, subtask_type: null, immutable: true });
const add = { load: () => app.task({ name: 'p.add' }, (x: number, y: number) => x + y), parameters: ['x', 'y'] };

test('an extension changes the arguments and the result of a task, adds to its `this`, and is told of its end', async () => {
  const events: unknown[] = [];
  const extension: TaskExtension = {
    extend: async ({ id }) => ({
      members: { girderClient: `client of ${id}` } as unknown as Partial<Task>,
      async call({ args, kwargs }, call) {
        const result = await call({ args: args.map((value) => Number(value) * 10), kwargs });
        return `result ${result}`;
      },
      end: async () => void events.push('end'),
    }),
  };
  const seen: unknown[] = [];
  const { send, invokeWithin, store } = createVirtualStack({
    extension,
    tasks: {
      'p.add': {
        parameters: ['x', 'y'],
        load: () =>
          app.task({ name: 'p.add' }, function (this: Task, x: number, y: number) {
            seen.push(this.girderClient, runningTask()?.parentId);
            return x + y;
          }),
      },
    },
  });
  await send({ task: 'p.add', id: 'id', args: [1, 2] });
  await invokeWithin(1000);
  expect((await store.read('id'))?.result).toBe('result 30');
  expect(seen).toEqual(['client of id', 'id']);
  expect(events).toEqual(['end']);
});

test('an extension that rejects fails the task with its error', async () => {
  const extension: TaskExtension = { extend: () => Promise.reject(new RangeError('no such file')) };
  const { send, invokeWithin, store } = createVirtualStack({ extension, tasks: { 'p.add': add } });
  await send({ task: 'p.add', id: 'id', args: [1, 2] });
  await invokeWithin(1000);
  expect(await store.read('id')).toMatchObject({
    state: 'FAILURE',
    exception: { type: 'ValueError', args: ['no such file'] },
  });
});

test('a task to whose message no extension has anything to add runs as without extensions', async () => {
  const extension: TaskExtension = { extend: () => undefined };
  const { send, invokeWithin, store } = createVirtualStack({ extension, tasks: { 'p.add': add } });
  await send({ task: 'p.add', id: 'id', args: [1, 2] });
  await invokeWithin(1000);
  expect((await store.read('id'))?.result).toBe(3);
});

test('continuations are prepared before they are published, with the message of the task that they follow', async () => {
  const beforePublish: BeforeContinuations = async (messages, parent) =>
    messages.map((message) => ({ ...message, headers: { ...message.headers, after: parent.id } }));
  const { send, invokeWithin, transport } = createVirtualStack({
    dispatcher: { beforePublish },
    tasks: { 'p.add': add },
  });
  const callback = { ...signature('p.next'), options: { girder_job_title: 'Next', girder_client_token: 'secret' } };
  await send({ task: 'p.add', id: 'id', args: [1, 2], embed: { callbacks: [callback] } });
  await invokeWithin(1000);
  const [next] = transport.messages('celery');
  const message = await decode(next!.body);
  // Options that describe a job are no part of the message; the others of Girder Worker are headers.
  expect(message).toMatchObject({ task: 'p.next', headers: { after: 'id', girder_client_token: 'secret' } });
  expect(Object.keys({ ...message.headers, ...message.properties }).filter((name) => name.includes('job'))).toEqual([]);
});

test('a listener learns that a message of a task was delivered again after its end', async () => {
  const events: unknown[] = [];
  const { send, invokeWithin } = createVirtualStack({
    dispatcher: { events: [{ endedBefore: ({ message }, state) => void events.push([message.id, state]) }] },
    tasks: { 'p.add': add },
  });
  await send({ task: 'p.add', id: 'id', args: [1, 2] });
  await invokeWithin(1000);
  expect(events).toEqual([]);
  await send({ task: 'p.add', id: 'id', args: [1, 2] });
  await invokeWithin(1000);
  expect(events).toEqual([['id', 'SUCCESS']]);
});
