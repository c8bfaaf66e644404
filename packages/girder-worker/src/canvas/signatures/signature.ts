import { isStorableId } from '../../message/headerReaders.ts';
import type { WireSignature } from '../../message/message.ts';
import { CanvasError } from './errors.ts';

export type { WireSignature };

/** Options of a signature, with the names of Celery's `apply_async`. */
export type Options = Readonly<Record<string, unknown>>;

/** What a sender adds to a signature: the parameters of Celery's `apply_async`. */
export interface Call {
  /** Precede the arguments of the signature. Ignored if the signature is immutable. */
  readonly args?: readonly unknown[];
  /** Override the keyword arguments of the signature. Ignored if the signature is immutable. */
  readonly kwargs?: Readonly<Record<string, unknown>>;
  /** Override the options of the signature. */
  readonly options?: Options;
}

/** The shapes of a signature. Every other `subtask_type` is a single task. */
export type Kind = 'task' | 'chain' | 'group' | 'chord';

/** Celery uses `subtask_type` alone: a `celery.group` without it is a task of that name. */
export function kindOf({ subtask_type }: WireSignature): Kind {
  return subtask_type === 'chain' || subtask_type === 'group' || subtask_type === 'chord' ? subtask_type : 'task';
}

/**
 * Reads a signature (docs/wire-format.md §1.3), also one that is written by hand: only `task` is required. Unknown fields
 * are kept. An object with `toJSON` is converted first.
 *
 * Throws CanvasError NOT_A_SIGNATURE for any other value.
 */
export function toSignature(value: unknown): WireSignature {
  const fields = plainObject(hasToJson(value) ? value.toJSON() : value);
  const { task, subtask_type = null, immutable = false } = fields ?? {};
  const args = fields?.args ?? [];
  const [kwargs, options] = [fields?.kwargs ?? {}, fields?.options ?? {}] as unknown[];
  const isSignature = typeof task === 'string' && Array.isArray(args) && plainObject(kwargs) && plainObject(options);
  if (!isSignature) {
    throw new CanvasError(
      'NOT_A_SIGNATURE',
      `A signature must be an object with "task" (a string), and optionally "args" (a list), "kwargs" and "options" (objects); got ${shapeOf(value)}.`,
    );
  }
  return { ...fields, task, args, kwargs, options, subtask_type, immutable: immutable === true } as WireSignature;
}

/** The signatures of an option such as `link`, which holds one signature, a list of them, or nothing. */
export function signaturesIn(option: unknown): readonly WireSignature[] {
  if (option === undefined || option === null) return [];
  return [option].flat().map(toSignature);
}

export function taskOf(
  task: string,
  args: readonly unknown[] = [],
  kwargs: WireSignature['kwargs'] = {},
): WireSignature {
  return { task, args, kwargs, options: {}, subtask_type: null, immutable: false };
}

export function groupOf(tasks: readonly WireSignature[], options: Options = {}): WireSignature {
  return { ...taskOf('celery.group', [], { tasks }), options, subtask_type: 'group' };
}

export function chainOf(tasks: readonly WireSignature[], options: Options = {}): WireSignature {
  return { ...taskOf('celery.chain', [], { tasks }), options, subtask_type: 'chain' };
}

export function chordOf(header: unknown, body: WireSignature | null, options: Options = {}): WireSignature {
  return { ...taskOf('celery.chord', [], { kwargs: {}, header, body }), options, subtask_type: 'chord' };
}

/** The steps of a chain or the members of a group, as they are written. */
export function tasksOf({ kwargs }: WireSignature): readonly WireSignature[] {
  return signaturesIn(kwargs.tasks);
}

/** The header of a chord as a group; on the wire it is a group or a list of signatures. */
export function headerOf({ kwargs }: WireSignature): WireSignature {
  const tasks = signaturesIn(kwargs.header);
  const [only] = tasks;
  return only && tasks.length === 1 && !Array.isArray(kwargs.header) && kindOf(only) === 'group'
    ? only
    : groupOf(tasks);
}

/** Throws CanvasError NOTHING_TO_RUN for a chord without a body. */
export function bodyOf({ kwargs }: WireSignature): WireSignature {
  if (kwargs.body) return toSignature(kwargs.body);
  throw new CanvasError('NOTHING_TO_RUN', 'A chord needs a body: chord(header, body).');
}

export function withKwargs(signature: WireSignature, kwargs: WireSignature['kwargs']): WireSignature {
  return { ...signature, kwargs: { ...signature.kwargs, ...kwargs } };
}

/**
 * Adds a call to a signature, as Celery's `Signature._merge`: the options of the call win, except over `group_id` and
 * stamps that the signature has.
 */
export function merge(signature: WireSignature, { args = [], kwargs = {}, options = {} }: Call): WireSignature {
  const fixed = new Set(['group_id', 'stamped_headers', ...stampNames(signature.options)]);
  const added = Object.entries(options).filter(
    ([name, value]) =>
      value !== null && value !== undefined && !(fixed.has(name) && Object.hasOwn(signature.options, name)),
  );
  const merged = { ...signature, options: { ...signature.options, ...Object.fromEntries(added) } };
  if (signature.immutable) return merged;
  return { ...merged, args: [...args, ...signature.args], kwargs: { ...signature.kwargs, ...kwargs } };
}

export function stampNames({ stamped_headers }: Options): readonly string[] {
  return Array.isArray(stamped_headers) ? stamped_headers.filter((name) => typeof name === 'string') : [];
}

/** Returns the id that was assigned to a signature; undefined if there is none. */
export function assignedId({ options }: Pick<WireSignature, 'options'>): string | undefined {
  return idIn(options.task_id);
}

/** Returns the id of a task or a group in an option; undefined if there is none, or none that the table can store. */
export function idIn(value: unknown): string | undefined {
  const id = textIn(value);
  return id !== undefined && isStorableId(id) ? id : undefined;
}

/** An option as a string; undefined if it is missing, null, empty or a list. */
export function textIn(option: unknown): string | undefined {
  if (option === undefined || option === null || option === '') return undefined;
  return typeof option === 'object' && Array.isArray(option) ? undefined : String(option);
}

function plainObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function hasToJson(value: unknown): value is { toJSON(): unknown } {
  return typeof value === 'object' && value !== null && 'toJSON' in value && typeof value.toJSON === 'function';
}

/** A value in an error message: strings and numbers themselves, of objects the keys. */
function shapeOf(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 80));
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value !== 'object' || value === null) return String(value);
  const keys = Object.keys(value).slice(0, 8);
  return keys.length === 0 ? 'an empty object' : `an object with ${keys.join(', ')}`;
}
