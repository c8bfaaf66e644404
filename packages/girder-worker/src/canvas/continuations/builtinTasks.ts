import { stringifyPythonJson } from '../../kombu/json/pythonJson.ts';
import type { Message } from '../../message/message.ts';
import type { Failure } from '../../outcome/failure.ts';
import { CanvasError } from '../signatures/errors.ts';
import {
  type Call,
  chordOf,
  groupOf,
  type Signature,
  signaturesIn,
  taskOf,
  toSignature,
} from '../signatures/signature.ts';

/** Calls a task in place, once for each list of arguments, one after the other; the result is the list of theirs. */
export interface BuiltinMap {
  readonly kind: 'calls';
  readonly task: string;
  readonly argumentLists: readonly (readonly unknown[])[];
}

/** What a task that every Celery app has comes to without any call. */
export type BuiltinAnswer =
  | { readonly kind: 'value'; readonly value: unknown }
  /** Sends a canvas as the task's child; the result is the canvas's, in Celery's tuples. */
  | { readonly kind: 'sends'; readonly signature: Signature; readonly call: Call }
  | { readonly kind: 'fails'; readonly failure: Failure };

export type BuiltinRun = BuiltinMap | BuiltinAnswer;

type Arguments = Pick<Message, 'args' | 'kwargs'>;

/** Celery's own tasks, with the names of their parameters. */
const builtins: Readonly<
  Record<string, { readonly parameters: readonly string[]; readonly run: (named: Named) => BuiltinRun }>
> = {
  'celery.map': {
    parameters: ['task', 'it'],
    run: ({ task, it }) => ({
      kind: 'calls',
      task: toSignature(task).task,
      argumentLists: listOf(it).map((item) => [item]),
    }),
  },
  'celery.starmap': {
    parameters: ['task', 'it'],
    run: ({ task, it }) => ({ kind: 'calls', task: toSignature(task).task, argumentLists: listOf(it).map(listOf) }),
  },
  'celery.chunks': {
    parameters: ['task', 'it', 'n'],
    run: ({ task, it, n }) => ({
      kind: 'sends',
      signature: chunkGroup(toSignature(task), listOf(it), Number(n)),
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

/** Whether every Celery app has a task of this name. */
export function isBuiltin(task: string): boolean {
  return task === 'celery.accumulate' || Object.hasOwn(builtins, task);
}

/** What Celery's own task of this name is to do; undefined for any other name. */
export function builtinRun(task: string, { args, kwargs }: Arguments): BuiltinRun | undefined {
  if (task === 'celery.accumulate') return accumulated(args, kwargs);
  const builtin = Object.hasOwn(builtins, task) ? builtins[task] : undefined;
  if (!builtin) return undefined;
  const positional = Object.fromEntries(builtin.parameters.slice(0, args.length).map((name, i) => [name, args[i]]));
  try {
    return builtin.run({ ...kwargs, ...positional });
  } catch (error) {
    if (!(error instanceof CanvasError)) throw error;
    return { kind: 'fails', failure: builtinFailure('TypeError', `${task}: ${error.message}`) };
  }
}

/** The parts of a list, each as a task that calls `task` once for each item: Celery's `chunks`. */
export function chunkGroup(task: Signature, it: readonly unknown[], size: number): Signature {
  if (!Number.isSafeInteger(size) || size < 1)
    throw new CanvasError('OPTION_MALFORMED', `A chunk must have at least one item, not ${size}.`);
  const parts = Array.from({ length: Math.ceil(it.length / size) }, (_, i) => it.slice(i * size, (i + 1) * size));
  return groupOf(parts.map((part) => ({ ...taskOf('celery.starmap', [], { task, it: part }), immutable: true })));
}

/** Gives all its arguments, or the one at `index`: what a group leaves that has taken a task's place. */
function accumulated(args: readonly unknown[], { index = null }: Arguments['kwargs']): BuiltinRun {
  if (index === null) return { kind: 'value', value: args };
  const value = typeof index === 'number' ? args.at(index) : undefined;
  if (value === undefined) return { kind: 'fails', failure: builtinFailure('IndexError', 'tuple index out of range') };
  return { kind: 'value', value };
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new CanvasError('OPTION_MALFORMED', `a list is wanted, not ${stringifyPythonJson(value ?? null).slice(0, 80)}`);
}

function builtinFailure(type: string, text: string): Failure {
  return { type, module: 'builtins', argsJson: stringifyPythonJson([text]), traceback: null };
}
