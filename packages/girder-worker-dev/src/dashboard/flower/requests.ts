import { parsePythonJson } from 'girder-worker/internal/operations';
import type { Context } from 'hono';
import { FlowerError } from './flowerError.ts';
import type { FlowerOptions } from './flowerSource.ts';
import { parseSearch } from './searchQuery.ts';
import { sortKeys, type TaskFilter } from './taskFilter.ts';

/** Reads the parameters of `GET /api/tasks`. Throws a FlowerError, or a SearchError, with Flower's text for one that is invalid. */
export function taskFilterIn(context: Context): TaskFilter {
  const text = (name: string) => argument(context, name) || undefined;
  const choice = (name: string) => (text(name) === 'All' ? undefined : text(name));
  const sortBy = text('sort_by');
  if (sortBy !== undefined && !sortKeys.includes(sortBy.replace(/^-+/, '')))
    throw new FlowerError(400, `Invalid sort_by '${sortBy}', expected one of ${sortKeys.join(', ')}`);
  return {
    limit: integerIn(context, 'limit'),
    offset: Math.max(integerIn(context, 'offset') ?? 0, 0),
    sortBy,
    ...{ worker: choice('workername'), name: choice('taskname'), state: choice('state') },
    receivedFromMs: minuteMs(text('received_start')),
    receivedToMs: minuteMs(text('received_end')),
    search: parseSearch(text('search') ?? ''),
  };
}

/** As Python's `strtobool`; false if there is no such parameter. */
export function booleanIn(context: Context, name: string): boolean {
  const text = argument(context, name);
  if (text === undefined) return false;
  if (/^(y|yes|t|true|on|1)$/i.test(text)) return true;
  if (/^(n|no|f|false|off|0)$/i.test(text)) return false;
  throw invalidArgument(text, 'bool');
}

/** Reads a time in seconds, and returns it in ms. */
export function secondsIn(context: Context, name: string): number | undefined {
  const text = argument(context, name);
  if (text === undefined) return undefined;
  if (!isFloat(text)) throw invalidArgument(text, 'float');
  return Number(text) * 1000;
}

export function textIn(context: Context, name: string): string | undefined {
  return argument(context, name);
}

/** The body of a request that sends a task. */
export interface SendRequest {
  readonly args: readonly unknown[];
  readonly kwargs: object;
  readonly options: FlowerOptions;
  /** How long `apply` waits for the result, in ms; undefined if that is not limited. */
  readonly waitMs: number | undefined;
}

export async function sendIn({ req }: Context): Promise<SendRequest> {
  const text = await req.text();
  const body = text === '' ? {} : parsed(text);
  if (!isRecord(body)) throw new FlowerError(400, 'invalid options');
  const { args = [], kwargs = {}, timeout, ...options } = body;
  if (!Array.isArray(args)) throw new FlowerError(400, 'args must be an array');
  if (!isRecord(kwargs)) throw new FlowerError(400, 'kwargs must be an object');
  if (timeout != null && !isFloat(String(timeout))) throw new FlowerError(400, 'Invalid timeout');
  return { args, kwargs, options: optionsOf(options), waitMs: timeout == null ? undefined : Number(timeout) * 1000 };
}

type Reader = (value: unknown) => Partial<FlowerOptions> | undefined;

/** The options that a task can be sent with, by Celery's names. Each returns undefined for a value that is invalid. */
const optionReaders: Readonly<Record<string, Reader>> = {
  queue: (value) => (typeof value === 'string' && value !== '' ? { queue: value } : undefined),
  task_id: (value) => (typeof value === 'string' && value !== '' ? { taskId: value } : undefined),
  countdown: (value) => (isFloat(String(value)) ? { countdown: Number(value) } : undefined),
  eta: (value) => {
    const date = dateOf(value);
    return date && { eta: date };
  },
  expires: (value) => {
    const expires = isFloat(String(value)) ? Number(value) : dateOf(value);
    return expires === undefined ? undefined : { expires };
  },
  priority: (value) => (Number.isInteger(value) ? { priority: value as number } : undefined),
  time_limit: (value) => (typeof value === 'number' && value > 0 ? { timeLimit: value } : undefined),
  soft_time_limit: (value) => (typeof value === 'number' && value > 0 ? { softTimeLimit: value } : undefined),
  ignore_result: (value) => (typeof value === 'boolean' ? { ignoreResult: value } : undefined),
};

function optionsOf(options: Readonly<Record<string, unknown>>): FlowerOptions {
  const read = Object.entries(options)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => {
      if (!Object.hasOwn(optionReaders, name))
        throw new FlowerError(
          400,
          `Unsupported option '${name}', expected one of ${Object.keys(optionReaders).join(', ')}`,
        );
      const option = optionReaders[name]!(value);
      if (option === undefined) throw new FlowerError(400, 'Invalid option');
      return option;
    });
  return Object.assign({}, ...read) as FlowerOptions;
}

/** A datetime in Flower's format, `2026-01-02 03:04:05.678`. It is in UTC, Celery's default timezone. */
function dateOf(value: unknown): Date | undefined {
  if (!/^\d{4}-\d{1,2}-\d{1,2} \d{1,2}:\d{1,2}:\d{1,2}\.\d{1,6}$/.test(String(value))) return undefined;
  const [year, month, day, hour, minute, second] = String(value).match(/\d+/g)!.map(Number) as number[];
  const ms = Number(`0.${/\d+$/.exec(String(value))![0]}`) * 1000;
  return new Date(Date.UTC(year!, month! - 1, day, hour, minute, second, ms));
}

/** A minute in the time zone of this machine, `2026-01-02 03:04`, in ms since 1970. */
function minuteMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, ...numbers] = /^(\d{4})-(\d{1,2})-(\d{1,2}) (\d{1,2}):(\d{1,2})$/.exec(text) ?? [];
  const [year, month, day, hour, minute] = numbers.map(Number);
  const date = new Date(year!, month! - 1, day, hour, minute);
  if (numbers.length === 0 || date.getMonth() !== month! - 1 || date.getDate() !== day || hour! > 23 || minute! > 59)
    throw new FlowerError(400, "Invalid received_start or received_end, expected format 'YYYY-MM-DD HH:MM'");
  return date.getTime();
}

function argument({ req }: Context, name: string): string | undefined {
  return req.queries(name)?.at(-1)?.trim();
}

function integerIn(context: Context, name: string): number | undefined {
  const text = argument(context, name);
  if (text === undefined) return undefined;
  if (!/^[-+]?\d{1,15}$/.test(text)) throw invalidArgument(text, 'int');
  return Number(text);
}

function invalidArgument(text: string, type: string): FlowerError {
  return new FlowerError(400, `Invalid argument '${text}' of type '${type}'`);
}

function isFloat(text: string): boolean {
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function parsed(text: string): unknown {
  try {
    return parsePythonJson(text);
  } catch (error) {
    throw new FlowerError(400, (error as Error).message);
  }
}
