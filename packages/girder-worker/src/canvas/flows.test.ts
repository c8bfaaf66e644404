import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decode } from '../message/decode.ts';
import type { Message } from '../message/message.ts';
import type { FinalOutcome } from '../outcome/outcome.ts';
import { derivedIds } from './apply/derivedIds.ts';
import { expand } from './apply/expand.ts';
import type { Expansion } from './apply/expansion.ts';
import { expandChordBody } from './continuations/chord.ts';
import { type ContinuationContext, continuationsOf } from './continuations/continuations.ts';
import { replacementOf } from './continuations/replacement.ts';
import { asRecorded, bodyAsRecorded, comparable } from './fixtures/recorded.ts';
import { taskOf } from './signatures/signature.ts';

// `test/wire/messages/flow_*` records what a Python worker publishes after each task of a workflow. The continuations of this
// worker are the same messages.

const context: ContinuationContext = {
  nowMs: 0,
  replyTo: '70980a81-f4b5-30e0-90c2-cf90c56cc809',
  optionsOf: () => ({ queue: 'celery', ignoreResult: false }),
  takesFailure: (task) => task === 'labtasks.onerr',
};

const failure = { type: 'ValueError', module: 'builtins', argsJson: '["x", 42]', traceback: null };

/** The SQS bodies of all messages of a workflow, and the decoded messages. */
async function flow(name: string): Promise<{ bodies: readonly string[]; messages: readonly Message[] }> {
  const file = new URL(`../../../../test/wire/messages/flow_${name}.json`, import.meta.url);
  const { messages } = JSON.parse(readFileSync(file, 'utf8'));
  const bodies = messages.map(
    (message: { SendMessage_request: { MessageBody: string } }) => message.SendMessage_request.MessageBody,
  );
  return { bodies, messages: await Promise.all(bodies.map((body: string) => decode(body))) };
}

function success(value: unknown): FinalOutcome {
  return { state: 'SUCCESS', resultJson: JSON.stringify(value) };
}

function published(expansions: readonly Expansion[]): unknown {
  return comparable(expansions.flatMap(({ messages }) => messages).map(asRecorded));
}

function recorded(bodies: readonly string[]): unknown {
  return comparable(bodies.map((body) => withoutOrigin(bodyAsRecorded(body))));
}

function withoutOrigin<T extends { properties: Readonly<Record<string, unknown>> }>(message: T): T {
  const { origin: _, ...properties } = message.properties;
  return { ...message, properties };
}

test.each([
  ['chain_last', 0, 3, [1]],
  ['link_child', 0, 3, [1]],
  ['chain_group_chain', 0, 2, [1, 2]],
  ['chain_group_chain', 3, 7, [4]],
])(
  'after message %2$d of the workflow %1$s the continuations are the messages that Celery publishes',
  async (name, index, value, next) => {
    const { bodies, messages } = await flow(name);
    const { expansions } = continuationsOf(messages[index]!, success(value), context);
    expect(published(expansions)).toEqual(recorded(next.map((i) => bodies[i]!)));
  },
);

test.each([
  ['chord_success', 1, [2, 4], 2],
  ['chord_body_fails', 1, [2, 4], 2],
  ['chain_group_chain', 2, [3, 4], 3],
])(
  'after the last member of the chord in the workflow %s the body is the message that Celery publishes',
  async (name, last, values, body) => {
    const { bodies, messages } = await flow(name);
    const message = messages[last]!;
    const [member, ...others] = continuationsOf(message, success(values[1]), context).endedMembers;
    expect(member).toMatchObject({ groupId: message.group, index: 1, memberId: message.id });
    expect(others).toEqual([]);
    expect(published([expandChordBody(member!, values, message, context)])).toEqual(recorded([bodies[body]!]));
  },
);

test('errbacks of the old style are published as a group, those of the new style are returned to be called', async () => {
  const { bodies, messages } = await flow('errback');
  const { expansions, errbacks } = continuationsOf(messages[0]!, { state: 'FAILURE', failure }, context);
  expect(published(expansions)).toEqual(recorded([bodies[1]!]));
  expect(errbacks.map(({ signature, failed, failure: why }) => [signature.task, failed.id, why])).toEqual([
    ['labtasks.onerr', messages[0]!.id, failure],
  ]);
});

test('an errback is of the old style if its own arguments leave room for one further argument only', async () => {
  const { messages } = await flow('errback');
  const [newStyle] = messages[0]!.embed.errbacks;
  const errbacks = [newStyle!, { ...newStyle!, args: ['note'] }];
  const message = { ...messages[0]!, embed: { ...messages[0]!.embed, errbacks } };
  const takesFailure = (_: string, bound: number) => 2 - bound > 1;
  const continuations = continuationsOf(message, { state: 'FAILURE', failure }, { ...context, takesFailure });
  expect(continuations.errbacks.map(({ signature }) => signature)).toEqual([newStyle]);
  expect(continuations.expansions[0]!.messages.map(({ args }) => args)).toEqual([[message.id, 'note']]);
});

test('the replacement of a task has the id of that task', async () => {
  const { bodies, messages } = await flow('replace');
  const expansion = replacementOf(messages[0]!, taskOf('labtasks.add', [40, 2]), context);
  expect(published([expansion])).toEqual(recorded([bodies[1]!]));
  expect(expansion.messages[0]!.id).toBe(messages[0]!.id);
});

test('a child has the root of the task that sent it, and that task as its parent', async () => {
  const { bodies, messages } = await flow('children');
  const { rootId, id: parentId } = messages[0]!;
  const sender = { ...context, replyTo: context.replyTo, rootId, parentId, newId: derivedIds('child') };
  const expansion = expand(taskOf('labtasks.add', [1, 2]), {}, sender);
  expect(published([expansion])).toEqual(recorded([bodies[1]!]));
  expect(expansion.children).toEqual([[[expansion.messages[0]!.id, null], null]]);
});

test('continuations that are computed twice have the same ids', async () => {
  const { messages } = await flow('link_child');
  const [once, again] = [1, 2].map(() => continuationsOf(messages[0]!, success(3), context));
  expect(again).toEqual(once);
});
