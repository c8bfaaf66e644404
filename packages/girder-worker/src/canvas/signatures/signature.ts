import type { WireSignature } from '../../message/message.ts';
import { CanvasError } from './errors.ts';

/** A signature, as it travels (wire specification §1.3); its values are whatever can be written as JSON. */
export type Signature = WireSignature<unknown>;

export type Options = Readonly<Record<string, unknown>>;

/** What the sender of a signature adds to it. */
export interface Call {
  /** Come before the signature's own, unless that is immutable. */
  readonly args?: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>>;
  readonly options?: Options;
}

/** The ways in which signatures are put together; anything else is one task. */
export type Kind = 'task' | 'chain' | 'group' | 'chord';

/** Celery goes by the subtask type alone: a `celery.group` without one is a task of that name. */
export function kindOf({ subtask_type }: Signature): Kind {
  return subtask_type === 'chain' || subtask_type === 'group' || subtask_type === 'chord' ? subtask_type : 'task';
}

/**
 * Reads a signature that may be written by hand: only `task` has to be there.
 *
 * Throws CanvasError NOT_A_SIGNATURE for anything else.
 */
export function toSignature(value: unknown): Signature {
  const fields = plainObject(isSelfWriting(value) ? value.toJSON() : value);
  const { task, subtask_type = null, immutable = false } = fields ?? {};
  const args = fields?.args ?? [];
  const [kwargs, options] = [fields?.kwargs ?? {}, fields?.options ?? {}] as unknown[];
  const isSignature = typeof task === 'string' && Array.isArray(args) && plainObject(kwargs) && plainObject(options);
  if (!isSignature)
    throw new CanvasError('NOT_A_SIGNATURE', 'The canvas has something in it that is no signature of a task.');
  return { ...fields, task, args, kwargs, options, subtask_type, immutable: immutable === true } as Signature;
}

/** An option that holds signatures: one, a list of them, or nothing. */
export function signaturesIn(option: unknown): readonly Signature[] {
  if (option === undefined || option === null) return [];
  return [option].flat().map(toSignature);
}

export function taskOf(task: string, args: readonly unknown[] = [], kwargs: Signature['kwargs'] = {}): Signature {
  return { task, args, kwargs, options: {}, subtask_type: null, immutable: false };
}

export function groupOf(tasks: readonly Signature[], options: Options = {}): Signature {
  return { ...taskOf('celery.group', [], { tasks }), options, subtask_type: 'group' };
}

export function chainOf(tasks: readonly Signature[], options: Options = {}): Signature {
  return { ...taskOf('celery.chain', [], { tasks }), options, subtask_type: 'chain' };
}

export function chordOf(header: unknown, body: Signature | null, options: Options = {}): Signature {
  return { ...taskOf('celery.chord', [], { kwargs: {}, header, body }), options, subtask_type: 'chord' };
}

/** The signatures that a chain or group was put together of, as they were written. */
export function tasksOf({ kwargs }: Signature): readonly Signature[] {
  return signaturesIn(kwargs.tasks);
}

/** The header of a chord as a group, in whichever of its forms it was written. */
export function headerOf({ kwargs }: Signature): Signature {
  const tasks = signaturesIn(kwargs.header);
  const [only] = tasks;
  return only && tasks.length === 1 && !Array.isArray(kwargs.header) && kindOf(only) === 'group'
    ? only
    : groupOf(tasks);
}

/** Throws CanvasError NOTHING_TO_RUN for a chord that was given no body. */
export function bodyOf({ kwargs }: Signature): Signature {
  if (kwargs.body) return toSignature(kwargs.body);
  throw new CanvasError('NOTHING_TO_RUN', 'A chord needs a body: chord(header, body).');
}

export function withKwargs(signature: Signature, kwargs: Signature['kwargs']): Signature {
  return { ...signature, kwargs: { ...signature.kwargs, ...kwargs } };
}

/** A signature with what its sender adds. Neither its group nor its stamps can be taken from it: others count on them. */
export function merge(signature: Signature, { args = [], kwargs = {}, options = {} }: Call): Signature {
  const kept = new Set(['group_id', 'stamped_headers', ...stampNames(signature.options)]);
  const added = Object.entries(options).filter(
    ([name, value]) =>
      value !== null && value !== undefined && !(kept.has(name) && Object.hasOwn(signature.options, name)),
  );
  const merged = { ...signature, options: { ...signature.options, ...Object.fromEntries(added) } };
  if (signature.immutable) return merged;
  return { ...merged, args: [...args, ...signature.args], kwargs: { ...signature.kwargs, ...kwargs } };
}

export function stampNames({ stamped_headers }: Options): readonly string[] {
  return Array.isArray(stamped_headers) ? stamped_headers.filter((name) => typeof name === 'string') : [];
}

/** An option that is a text; undefined where it is missing, null or empty. */
export function textIn(option: unknown): string | undefined {
  if (option === undefined || option === null || option === '') return undefined;
  return typeof option === 'object' && Array.isArray(option) ? undefined : String(option);
}

function plainObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function isSelfWriting(value: unknown): value is { toJSON(): unknown } {
  return typeof value === 'object' && value !== null && 'toJSON' in value && typeof value.toJSON === 'function';
}
