import type { Context } from 'hono';
import type { DeadLetterAction, ForgetAction, RevokeAction, SendAction, TaskSort } from '../data.ts';
import { DashboardError } from './fault.ts';
import { maxMinutes } from './overview.ts';
import { maxRows, type TaskSearch } from './searchTasks.ts';

const sorts: readonly TaskSort[] = ['received', 'runtime', 'task', 'state', 'queue', 'retries'];

/** The most tasks or dead letters of one action. */
const maxIds = 1000;

/** Reads what `GET /data/tasks` asks for. Throws a DashboardError for a parameter that is invalid. */
export function taskSearchIn({ req }: Context): TaskSearch {
  const text = (name: string) => req.query(name) || undefined;
  const number = (name: string) => (text(name) === undefined ? undefined : wholeNumber(name, text(name)!));
  const sort = text('sort') ?? 'received';
  const order = text('order') ?? 'desc';
  if (!(sorts as readonly string[]).includes(sort)) throw invalid('sort', `one of ${sorts.join(', ')}`, sort);
  if (order !== 'asc' && order !== 'desc') throw invalid('order', 'asc or desc', order);
  return {
    ...{ text: text('text'), id: text('id'), task: text('task'), state: text('state'), queue: text('queue') },
    ...{ fromMs: number('fromMs'), toMs: number('toMs'), sort: sort as TaskSort, order },
    offset: number('offset') ?? 0,
    limit: Math.min(number('limit') ?? 100, maxRows),
  };
}

/** The minutes of an overview; an hour if there are none. */
export function minutesIn({ req }: Context): number {
  const minutes = wholeNumber('minutes', req.query('minutes') || '60');
  if (minutes < 1 || minutes > maxMinutes) throw invalid('minutes', `from 1 to ${maxMinutes}`, String(minutes));
  return minutes;
}

export async function revokeIn(context: Context): Promise<RevokeAction> {
  const body = await bodyOf(context);
  return { ids: idsIn(body, 'ids'), terminate: body.terminate === true };
}

export async function forgetIn(context: Context): Promise<ForgetAction> {
  return { ids: idsIn(await bodyOf(context), 'ids') };
}

export async function sendIn(context: Context): Promise<SendAction> {
  const body = await bodyOf(context);
  const text = (name: keyof SendAction) => textIn(body, name);
  return { task: text('task'), argsJson: text('argsJson'), kwargsJson: text('kwargsJson'), queue: text('queue') };
}

export async function deadLetterActionIn(context: Context): Promise<DeadLetterAction> {
  const body = await bodyOf(context);
  const { action } = body;
  if (action !== 'replay' && action !== 'delete') throw invalid('action', 'replay or delete', JSON.stringify(action));
  return { queue: textIn(body, 'queue'), messageIds: idsIn(body, 'messageIds'), action };
}

type Body = Readonly<Record<string, unknown>>;

async function bodyOf({ req }: Context): Promise<Body> {
  const body: unknown = await req.json().catch(() => undefined);
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new DashboardError(400, 'INVALID', 'The body of the request must be an object in JSON.');
  return body as Body;
}

function idsIn(body: Body, name: string): readonly string[] {
  const ids = body[name];
  const isList = Array.isArray(ids) && ids.every((id) => typeof id === 'string' && id !== '');
  if (isList && ids.length > 0 && ids.length <= maxIds) return ids;
  throw invalid(name, `a list of 1 to ${maxIds} ids`, Array.isArray(ids) ? `${ids.length} items` : JSON.stringify(ids));
}

function textIn(body: Body, name: string): string {
  const text = body[name];
  if (typeof text === 'string' && text !== '') return text;
  throw invalid(name, 'a text', JSON.stringify(text));
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw invalid(name, 'a whole number', text);
}

function invalid(name: string, expected: string, got: string | undefined): DashboardError {
  return new DashboardError(400, 'INVALID', `"${name}" must be ${expected}, got ${got}`);
}
