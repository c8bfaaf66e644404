import { expect, test } from 'vitest';
import { app } from '../app.ts';
import { expand } from '../canvas/apply/expand.ts';
import { publishExpansion } from '../canvas/apply/publish.ts';
import { chordOf, groupOf, taskOf } from '../canvas/signatures/signature.ts';
import { createSimulatedTable } from '../simulation/simulatedTable.ts';
import { createDynamodbStore } from '../store/dynamodb/dynamodbStore.ts';
import { createVirtualSystem } from '../system/virtualSystem.ts';
import { createVirtualStack } from './fixtures/virtualStack.ts';

const daySeconds = 24 * 3600;

/** Longer than results are kept: 28 days. */
const days = 40;

/** Tasks on a table whose items expire, in virtual time. */
function stackUnderTest() {
  const bodies: unknown[] = [];
  const ran: string[] = [];
  const system = createVirtualSystem();
  const { client } = createSimulatedTable({ system });
  const store = createDynamodbStore({ client, table: 'celery', system });
  const tasks = {
    'p.value': {
      parameters: ['value'],
      load: () =>
        app.task({ name: 'p.value' }, (value: number) => {
          ran.push(`p.value ${value}`);
          return value;
        }),
    },
    'p.body': {
      parameters: ['values'],
      load: () => app.task({ name: 'p.body' }, (values: unknown) => void bodies.push(values)),
    },
  };
  const { invokeWithin, transport } = createVirtualStack({ tasks, system, dispatcher: { store, system } });
  return {
    ...{ store, system, bodies, ran },
    async send(signature: Parameters<typeof expand>[0]) {
      const sender = { rootId: null, parentId: null, replyTo: undefined, nowMs: system.now(), optionsOf: () => ({}) };
      const expansion = expand(signature, {}, { ...sender, newId: system.randomUUID });
      await publishExpansion(expansion, { startChord: store.startChord, publishAll: transport.publishAll, system });
      return expansion.result[0][0];
    },
    /** Lets days pass. A function gets each message that is visible, every 15 minutes. */
    async pass(days: number) {
      for (let quarter = 0; quarter < days * 24 * 4; quarter++) {
        await invokeWithin(60_000);
        await system.advance(900_000);
      }
    },
  };
}

test('a chord waits for a member whose eta is in 40 days, and its body gets the results of the others', async () => {
  const { send, pass, bodies } = stackUnderTest();
  const value = (number: number) => taskOf('p.value', [number]);
  const late = { ...value(2), options: { countdown: days * daySeconds } };
  await send(chordOf(groupOf([value(0), value(1), late]), taskOf('p.body')));
  await pass(days - 1);
  expect(bodies).toEqual([]);
  await pass(2);
  expect(bodies).toEqual([[0, 1, 2]]);
}, 120_000);

test('a task that is revoked while it waits for an eta in 40 days does not run', async () => {
  const { send, pass, store, ran } = stackUnderTest();
  const id = await send({ ...taskOf('p.value', [1]), options: { countdown: days * daySeconds } });
  await pass(1);
  await store.revoke(id, 'revoked');
  await pass(days + 1);
  expect(ran).toEqual([]);
  expect(await store.read(id)).toMatchObject({ state: 'REVOKED' });
}, 120_000);
