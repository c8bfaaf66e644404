// Loaded before the dispatcher loads it: virtual time does not wait until an import has ended.
import './refusedTasks.ts';
import { expect, test } from 'vitest';
import { app } from '../app.ts';
import type { Options } from '../canvas/signatures/signature.ts';
import { chordOf, groupOf, taskOf } from '../canvas/signatures/signature.ts';
import type { TaskEvents } from '../events/taskEvents.ts';
import type { Embed } from '../message/message.ts';
import type { Task } from '../task/task.ts';
import { createVirtualStack } from './fixtures/virtualStack.ts';

const refusal = 'There is no SQS queue "nowhere".';
const refused = {
  type: 'OperationalError',
  module: 'kombu.exceptions',
  args: [`The queue "nowhere" refuses the message of this task: ${refusal}`],
};
const nowhere = (task: string, options: Options = {}) => ({
  ...taskOf(task),
  options: { queue: 'nowhere', task_id: task, ...options },
});
const here = (task: string, options: Options = {}) => ({ ...taskOf(task), options: { task_id: task, ...options } });

function stackUnderTest() {
  const ran: unknown[] = [];
  const ended: string[] = [];
  const events: TaskEvents = {
    ended: ({ message }, { state }) => void ended.push(`${message.id} ${state}`),
  };
  const large = 'x'.repeat(1024 * 1024);
  const tasks = {
    'p.good': { load: () => app.task({ name: 'p.good' }, () => 1) },
    'p.bad': {
      load: () =>
        app.task({ name: 'p.bad' }, () => {
          throw new Error('as it must');
        }),
    },
    'p.seen': {
      parameters: ['argument'],
      load: () => app.task({ name: 'p.seen' }, (argument: unknown) => void ran.push(argument)),
    },
    'p.replaced': {
      load: () =>
        app.task({ name: 'p.replaced' }, function (this: Task) {
          throw this.replace(app.canvas.signature('p.good').set({ queue: 'nowhere' }));
        }),
    },
    'p.grows': {
      parameters: ['text'],
      load: () =>
        app.task({ name: 'p.grows' }, function (this: Task) {
          ran.push('p.grows');
          throw this.retry({ args: [large] });
        }),
    },
  };
  const stack = createVirtualStack({ tasks, queues: { nowhere: { refusal } }, dispatcher: { events: [events] } });
  const resultOf = async (id: string) => {
    const stored = await stack.store.read(id);
    return stored && { state: stored.state, exception: stored.exception };
  };
  return {
    ...stack,
    ...{ ran, ended, resultOf },
    /** Runs a task that these follow, and all tasks that come of it. */
    async run(task: string, embed: Partial<Embed<unknown>>, more = {}) {
      const all = { callbacks: [], errbacks: [], chain: [], chord: null, ...embed };
      await stack.send({ task, id: 'first', embed: all, ...more });
      while ((await stack.invoke()) > 0);
    },
  };
}

test('a step of a chain whose queue does not exist fails with the reason, and so do the steps after it', async () => {
  const { run, resultOf, ended } = stackUnderTest();
  await run('p.good', { chain: [here('p.last'), nowhere('p.next')] });
  expect(await resultOf('first')).toMatchObject({ state: 'SUCCESS' });
  expect(await resultOf('p.next')).toEqual({ state: 'FAILURE', exception: refused });
  expect(await resultOf('p.last')).toMatchObject({ state: 'FAILURE' });
  expect(ended).toEqual(['p.next FAILURE', 'first SUCCESS']);
});

test('its errbacks are sent', async () => {
  const { run, ran } = stackUnderTest();
  await run('p.good', { callbacks: [nowhere('p.next', { link_error: [taskOf('p.seen')] })] });
  expect(ran).toEqual(['p.next']);
});

test('the messages beside it are sent', async () => {
  const { run, ran, resultOf } = stackUnderTest();
  await run('p.good', {
    callbacks: [groupOf([here('p.seen', { task_id: 'a' }), nowhere('p.next'), here('p.seen', { task_id: 'b' })])],
  });
  expect(ran).toEqual([1, 1]);
  expect(await resultOf('p.next')).toMatchObject({ state: 'FAILURE' });
});

test('a member of a chord whose queue does not exist fails its chord', async () => {
  const { run, resultOf } = stackUnderTest();
  const chord = chordOf(groupOf([here('p.good'), nowhere('p.next')]), here('p.seen', { task_id: 'body' }));
  await run('p.good', { chain: [chord] });
  expect(await resultOf('p.next')).toEqual({ state: 'FAILURE', exception: refused });
  expect(await resultOf('body')).toMatchObject({ state: 'FAILURE', exception: { type: 'ChordError' } });
});

test('the body of a chord whose queue does not exist fails with a ChordError, as in Celery', async () => {
  const { run, resultOf, store } = stackUnderTest();
  await store.startChord('g', [['g', null], [[['first', null], null]]]);
  const chord = nowhere('p.body', { link_error: [taskOf('p.seen')] });
  await run('p.good', { chord }, { group: 'g', groupIndex: 0 });
  expect(await resultOf('p.body')).toMatchObject({
    state: 'FAILURE',
    exception: { type: 'ChordError', args: [`Callback error: OperationalError('${refused.args[0]}')`] },
  });
});

test('an errback whose queue does not exist fails, and the failed task keeps its own failure', async () => {
  const { run, resultOf } = stackUnderTest();
  await run('p.bad', { errbacks: [nowhere('p.errback')] });
  expect(await resultOf('first')).toMatchObject({ state: 'FAILURE', exception: { args: ['as it must'] } });
  expect(await resultOf('p.errback')).toEqual({ state: 'FAILURE', exception: refused });
});

test('a task fails whose replacement cannot be sent, or one of the tasks that `celery.chunks` sends', async () => {
  for (const task of ['p.replaced', 'celery.group']) {
    const { run, resultOf } = stackUnderTest();
    await run(task, {}, task === 'celery.group' ? { args: [[nowhere('p.next')], { id: 'g' }, []] } : {});
    expect(await resultOf('first'), task).toEqual({ state: 'FAILURE', exception: refused });
  }
});

test('a task fails that is retried with arguments which SQS does not take, and does not run again', async () => {
  const { run, resultOf, ran } = stackUnderTest();
  await run('p.grows', {}, { args: ['small'] });
  expect(await resultOf('first')).toMatchObject({ state: 'FAILURE', exception: { type: 'ImproperlyConfigured' } });
  expect(ran).toEqual(['p.grows']);
});

test.each(['eta', 'expires'])('a task fails if the step after it has an `%s` that is no time', async (option) => {
  const { run, resultOf } = stackUnderTest();
  await run('p.good', { chain: [here('p.next', { [option]: 'soon' })] });
  expect(await resultOf('first')).toMatchObject({ state: 'FAILURE' });
  expect(await resultOf('p.next')).toMatchObject({ state: 'FAILURE' });
});

test('a task that has run from an earlier copy of its message keeps its result when a later copy is refused', async () => {
  const { run, resultOf, store } = stackUnderTest();
  const claim = { id: 'p.next', owner: 'other', leaseEndMs: 1e15, epoch: 0, ignoreResult: false };
  await store.claim({ ...claim, worker: { pid: 1, hostname: 'x' } });
  await store.complete(
    { ...claim, worker: { pid: 1, hostname: 'x' } },
    { state: 'SUCCESS', resultJson: '5' },
    { group: null, parentId: null },
  );
  await run('p.good', { chain: [here('p.last'), nowhere('p.next')] });
  expect(await resultOf('p.next')).toMatchObject({ state: 'SUCCESS' });
  expect(await resultOf('p.last')).toBeUndefined();
});
