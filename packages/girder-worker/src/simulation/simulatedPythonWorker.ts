import type { SQSRecord } from 'aws-lambda';
import { expand } from '../canvas/apply/expand.ts';
import { taskIdsOf } from '../canvas/apply/resultTuple.ts';
import { assignedId, type Call, type WireSignature } from '../canvas/signatures/signature.ts';
import { decode } from '../message/decode.ts';
import { encode } from '../message/encode.ts';
import type { Message } from '../message/message.ts';
import { failureOf } from '../outcome/failure.ts';
import type { FinalOutcome } from '../outcome/outcome.ts';
import type { ResultTuple } from '../store/resultStore.ts';
import type { CeleryTable } from './celeryTable.ts';
import type { Process } from './process.ts';
import type { World } from './world.ts';

export interface PythonWorkerOptions {
  readonly process: Process;
  readonly table: CeleryTable;
  readonly publish: (body: string, queue: string) => Promise<void>;
  readonly acknowledge: (record: SQSRecord) => Promise<void>;
  /** Celery's `acks_late`: whether a message is deleted after its task has run. */
  readonly acksLate: boolean;
}

/** How long a task runs at most, and how long the last member of a chord waits for the results of the others, in ms. */
const maxTaskMs = 20_000;
const joinTimeoutMs = 3000;

/**
 * Runs a message as Celery's worker does on SQS and DynamoDB: without a claim, however often it is delivered. It publishes the next step
 * of a chain before it stores the result, overwrites the item of the task unless it holds SUCCESS, and counts each delivery of
 * a chord's member.
 */
export function createPythonRunner(world: World, options: PythonWorkerOptions): (record: SQSRecord) => Promise<void> {
  const { process, table, publish, acknowledge, acksLate } = options;
  const { system } = process;
  const { observer } = world;
  const { python } = observer;

  return async (record) => {
    const message = await decode(record.body);
    if (!acksLate) {
      python.acknowledged(message.id, process);
      await acknowledge(record);
    }
    observer.note(message.id, `runs in ${process.name}`);
    python.began(message.id);
    if (message.task === 'sim.body') observer.gotResults(message.id, message.args[0], message.kwargs.expected);
    await system.sleep(system.random() * maxTaskMs);
    if (message.task === 'sim.fails') await fail(message);
    else await succeed(message);
    python.settled(message.id, process);
    if (acksLate) await acknowledge(record);
  };

  async function succeed(message: Message): Promise<void> {
    const value = message.kwargs.value ?? message.args.length;
    const { chain } = message.embed;
    const next = chain.at(-1) as WireSignature | undefined;
    if (next) await send(message, next, { args: [value], options: { chain: chain.slice(0, -1) } });
    if (message.embed.chord) python.stores(message.id, process);
    await table.storeResult(message.id, { state: 'SUCCESS', resultJson: JSON.stringify(value) });
    await countMember(message);
  }

  async function fail(message: Message): Promise<void> {
    if (message.embed.chord) python.stores(message.id, process);
    await table.storeResult(message.id, failed('ValueError', 'as it must'));
    await countMember(message);
    for (const step of message.embed.chain)
      await table.storeResult(String(assignedId(step)), failed('ValueError', 'as it must'));
  }

  /** Celery's `on_chord_part_return`. */
  async function countMember({ id, rootId, group: groupId, embed }: Message): Promise<void> {
    if (!embed.chord || groupId === null) return;
    const body = embed.chord as WireSignature;
    const group = await table.readGroup(groupId);
    if (!group) return failBody(body, `GroupResult ${groupId} no longer exists`);
    const count = await table.countChord(groupId);
    const members = taskIdsOf(group);
    observer.note(id, `${process.name} has counted it for its chord: ${count} of ${members.length}`);
    if (count > members.length) python.countedTooMany(String(assignedId(body)));
    if (count !== members.length) return;
    const values = await join(group);
    if (values) await send({ id, rootId }, body, { args: [values] });
    else await failBody(body, 'Dependency raised');
    await table.endChord(groupId);
  }

  /** Resolves to undefined if a member has failed, or has no result in time. */
  async function join(group: ResultTuple): Promise<readonly unknown[] | undefined> {
    const endMs = system.now() + joinTimeoutMs;
    const values: unknown[] = [];
    for (const id of taskIdsOf(group)) {
      let result = await table.readResult(id);
      while (result.status === 'PENDING' && system.now() < endMs) {
        await system.sleep(500);
        result = await table.readResult(id);
      }
      if (result.status !== 'SUCCESS') return undefined;
      values.push(result.result);
    }
    return values;
  }

  async function failBody(body: WireSignature, text: string): Promise<void> {
    const id = String(assignedId(body));
    python.failedBody(id);
    await table.storeResult(id, failed('ChordError', text));
  }

  async function send(parent: Pick<Message, 'id' | 'rootId'>, signature: WireSignature, call: Call): Promise<void> {
    const { id: parentId, rootId } = parent;
    const sender = { rootId, parentId, replyTo: undefined, nowMs: system.now(), optionsOf: () => ({}) };
    const { messages } = expand(signature, call, { ...sender, newId: system.randomUUID });
    for (const sent of messages) await publish(encode(sent, system), sent.deliveryInfo?.routingKey ?? 'celery');
  }
}

function failed(type: string, text: string): FinalOutcome {
  return { state: 'FAILURE', failure: failureOf(type, [text]) };
}
