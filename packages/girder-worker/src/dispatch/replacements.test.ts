import { expect, test } from 'vitest';
import { app } from '../app.ts';
import { type Options, taskOf } from '../canvas/signatures/signature.ts';
import { decode } from '../message/decode.ts';
import { encode } from '../message/encode.ts';
import type { Task } from '../task/task.ts';
import { createVirtualStack } from './fixtures/virtualStack.ts';

/** A task `p.replaced` that another one with these options replaces. */
function stackUnderTest(options: Options = {}) {
  return createVirtualStack({
    tasks: {
      'p.other': { load: () => app.task({ name: 'p.other' }, () => 1) },
      'p.next': { load: () => app.task({ name: 'p.next' }, () => 2), parameters: ['before'] },
      'p.replaced': {
        load: () =>
          app.task({ name: 'p.replaced' }, function (this: Task) {
            throw this.replace({ ...taskOf('p.other'), options });
          }),
      },
    },
  });
}

test('what replaces a task keeps its own DelaySeconds', async () => {
  const { send, invoke, transport } = stackUnderTest({ DelaySeconds: 60 });
  await send({ task: 'p.replaced', id: 'id' });
  await invoke();
  expect(transport.published.at(-1)?.options.delaySeconds).toBe(60);
});

test('a duplicate of a task that was replaced publishes nothing under other ids, before and after the replacement has ended', async () => {
  const { send, invoke, transport, system } = stackUnderTest();
  const embed = { callbacks: [taskOf('p.next')], errbacks: [], chain: [], chord: null };
  const message = { task: 'p.replaced', id: 'id', embed };
  await send(message);
  await invoke();
  await transport.publish(encode(message, system), { queue: 'celery' });
  await invoke();
  await system.advance(2000);
  await invoke(); // The replacement.
  await transport.publish(encode(message, system), { queue: 'celery' });
  while ((await invoke()) > 0);
  const sent = await Promise.all(transport.published.map(({ body }) => decode(body)));
  expect(new Set(sent.filter(({ task }) => task === 'p.next').map(({ id }) => id)).size).toBe(1);
  expect(sent.filter(({ task }) => task === 'p.other')).toHaveLength(1);
});
