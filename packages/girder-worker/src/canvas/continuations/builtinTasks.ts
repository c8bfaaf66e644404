import { stringifyPythonJson } from '../../kombu/json/pythonJson.ts';
import { ownValue } from '../../kombu/values.ts';
import type { Message } from '../../message/message.ts';
import { type Failure, failureOf } from '../../outcome/failure.ts';
import { CanvasError } from '../signatures/errors.ts';
import { beyondLimit, maxFollowingMessages, maxMapCalls } from '../signatures/limits.ts';
import {
  type Call,
  chordOf,
  groupOf,
  signaturesIn,
  taskOf,
  toSignature,
  type WireSignature,
} from '../signatures/signature.ts';

/** Calls a task in the same process for each list of arguments, one after the other. The result is the list of its results. */
export interface BuiltinMap {
  readonly kind: 'calls';
  readonly task: string;
  readonly argumentLists: readonly (readonly unknown[])[];
}

/** The answer of a built-in task that calls no other task. */
export type BuiltinAnswer =
  | { readonly kind: 'value'; readonly value: unknown }
  /** Sends a signature as a child of the task. The result is the signature's result in Celery's form (`as_tuple`). */
  | { readonly kind: 'sends'; readonly signature: WireSignature; readonly call: Call }
  | { readonly kind: 'fails'; readonly failure: Failure };

export type BuiltinRun = BuiltinMap | BuiltinAnswer;

type Arguments = Pick<Message, 'args' | 'kwargs'>;

/** Celery's built-in tasks with the names of their parameters. */
const builtins: Readonly<
  Record<string, { readonly parameters: readonly string[]; readonly run: (named: Named) => BuiltinRun }>
> = {
  'celery.map': {
    parameters: ['task', 'it'],
    run: ({ task, it }) => ({
      kind: 'calls',
      task: toSignature(task).task,
      argumentLists: callsOf(it).map((item) => [item]),
    }),
  },
  'celery.starmap': {
    parameters: ['task', 'it'],
    run: ({ task, it }) => ({ kind: 'calls', task: toSignature(task).task, argumentLists: callsOf(it).map(listOf) }),
  },
  'celery.chunks': {
    parameters: ['task', 'it', 'n'],
    run: ({ task, it, n }) => ({
      kind: 'sends',
      signature: chunkGroup(toSignature(task), chunkedOf(it, Number(n)), Number(n)),
      call: {},
    }),
  },
  'celery.group': {
    parameters: ['tasks', 'result', 'group_id', 'partial_args', 'add_to_parent'],
    run: ({ tasks, group_id, partial_args }) => ({
      kind: 'sends',
      signature: groupOf(signaturesIn(tasks), group_id ? { task_id: group_id } : {}),
      call: { args: listOf(partial_args ?? []) },
    }),
  },
  'celery.chord': {
    parameters: ['header', 'body', 'partial_args', 'interval', 'countdown', 'max_retries', 'eager'],
    run: ({ header, body, partial_args }) => ({
      kind: 'sends',
      signature: chordOf(header, toSignature(body)),
      call: { args: listOf(partial_args ?? []) },
    }),
  },
  'celery.chain': {
    parameters: [],
    run: () => ({ kind: 'fails', failure: builtinFailure('NotImplementedError', 'chain is not a real task') }),
  },
};

type Named = Readonly<Record<string, unknown>>;

/** Whether Celery registers a task of this name in every app. */
export function isBuiltin(task: string): boolean {
  return task === 'celery.accumulate' || Object.hasOwn(builtins, task);
}

/**
 * Returns what Celery's built-in task of this name does with these arguments; undefined for any other name. Malformed arguments
 * are a failure with a TypeError.
 */
export function builtinRun(task: string, { args, kwargs }: Arguments): BuiltinRun | undefined {
  if (task === 'celery.accumulate') return accumulate(args, kwargs);
  const builtin = ownValue(builtins, task);
  if (!builtin) return undefined;
  const positional = Object.fromEntries(builtin.parameters.slice(0, args.length).map((name, i) => [name, args[i]]));
  try {
    return builtin.run({ ...kwargs, ...positional });
  } catch (error) {
    if (!(error instanceof CanvasError)) throw error;
    return { kind: 'fails', failure: builtinFailure('TypeError', `${task}: ${error.message}`) };
  }
}

/**
 * Celery's `chunks`: splits a list into chunks of `size` items. Returns a group with one `celery.starmap` for each chunk.
 *
 * Throws CanvasError OPTION_MALFORMED for a size that is no positive integer.
 */
export function chunkGroup(task: WireSignature, it: readonly unknown[], size: number): WireSignature {
  if (!Number.isSafeInteger(size) || size < 1)
    throw new CanvasError('OPTION_MALFORMED', `The chunk size must be a positive integer, got ${size}.`);
  const chunks = Array.from({ length: Math.ceil(it.length / size) }, (_, i) => it.slice(i * size, (i + 1) * size));
  return groupOf(chunks.map((chunk) => ({ ...taskOf('celery.starmap', [], { task, it: chunk }), immutable: true })));
}

/** Returns all arguments, or the argument at `index`: the last step of a group that replaces a task. */
function accumulate(args: readonly unknown[], { index = null }: Arguments['kwargs']): BuiltinRun {
  if (index === null) return { kind: 'value', value: args };
  const value = typeof index === 'number' ? args.at(index) : undefined;
  if (value === undefined) return { kind: 'fails', failure: builtinFailure('IndexError', 'tuple index out of range') };
  return { kind: 'value', value };
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new CanvasError('OPTION_MALFORMED', `expected a list, got ${stringifyPythonJson(value ?? null).slice(0, 80)}`);
}

function callsOf(it: unknown): readonly unknown[] {
  const items = listOf(it);
  if (items.length <= maxMapCalls) return items;
  throw beyondLimit(`It makes ${items.length} calls`, `${maxMapCalls} calls`, 'use chunks');
}

function chunkedOf(it: unknown, size: number): readonly unknown[] {
  const items = listOf(it);
  const chunks = Math.ceil(items.length / size);
  if (!(chunks > maxFollowingMessages)) return items;
  throw beyondLimit(`It makes ${chunks} chunks`, `${maxFollowingMessages} messages`, 'use larger chunks');
}

function builtinFailure(type: string, text: string): Failure {
  return failureOf(type, [text], 'builtins');
}
