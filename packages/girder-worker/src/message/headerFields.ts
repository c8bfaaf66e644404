import type { KombuObject } from '../kombu/values.ts';
import {
  count,
  dict,
  names,
  optionalCount,
  optionalText,
  type Raw,
  required,
  shownText,
  time,
  timeLimit,
} from './headerReaders.ts';
import type { Message } from './message.ts';

/** How one of Celery's headers becomes a field of a Message, and the field that header. */
interface HeaderField<T> {
  /** Its name on the wire (wire specification §1.2). */
  readonly wire: string;
  /** Throws DecodeError HEADER_MALFORMED where Celery could not have run the task. */
  readonly read: (value: Raw, wire: string, headers: Partial<KombuObject>) => T;
  /** @default the value of the field as it is */
  readonly write?: (value: T) => unknown;
}

type FromElsewhere =
  | 'protocol'
  | 'args'
  | 'kwargs'
  | 'embed'
  | 'correlationId'
  | 'replyTo'
  | 'priority'
  | 'deliveryInfo'
  | 'headers'
  | 'properties';

/** The fields of a Message that travel as Celery's headers. */
export type HeaderValues = Omit<Message, FromElsewhere>;

/** Our names and those of the wire, in the order in which Celery writes them. */
const headerFields = {
  task: { wire: 'task', read: required('NO_TASK_NAME', 'The message names no task.') },
  id: { wire: 'id', read: required('NO_TASK_ID', 'The task of the message has no id.') },
  shadow: { wire: 'shadow', read: shownText },
  eta: { wire: 'eta', read: time },
  expires: { wire: 'expires', read: time },
  group: { wire: 'group', read: optionalText },
  groupIndex: { wire: 'group_index', read: optionalCount },
  retries: { wire: 'retries', read: count },
  timelimit: {
    wire: 'timelimit',
    read: timeLimit,
    write: ({ hardSeconds, softSeconds }) => [hardSeconds, softSeconds],
  },
  rootId: { wire: 'root_id', read: (value, wire, headers) => optionalText(value, wire) || String(headers.id) },
  parentId: { wire: 'parent_id', read: optionalText },
  argsRepr: { wire: 'argsrepr', read: shownText },
  kwargsRepr: { wire: 'kwargsrepr', read: shownText },
  origin: { wire: 'origin', read: shownText },
  ignoreResult: { wire: 'ignore_result', read: (value) => (value == null ? null : Boolean(value)) },
  replacedTaskNesting: { wire: 'replaced_task_nesting', read: count },
  stampedHeaders: { wire: 'stamped_headers', read: names, write: (value) => (value.length === 0 ? null : value) },
  stamps: { wire: 'stamps', read: dict },
} satisfies { readonly [Name in keyof HeaderValues]: HeaderField<HeaderValues[Name]> };

const fields = Object.entries(headerFields) as readonly (readonly [keyof HeaderValues, HeaderField<unknown>])[];

/** All headers that Celery defines; any other is the sender's own. */
const celeryHeaders: ReadonlySet<string> = new Set(['lang', 'compression', ...fields.map(([, { wire }]) => wire)]);

/** Reads Celery's headers, or a body of protocol 1, which has fields of the same names. */
export function readHeaders(headers: Partial<KombuObject>): HeaderValues {
  const values: Record<string, unknown> = {};
  for (const [name, { wire, read }] of fields) values[name] = read(headers[wire], wire, headers);
  return values as unknown as HeaderValues;
}

/** Writes Celery's headers, all of them. */
export function writeHeaders(values: { readonly [Name in keyof HeaderValues]: unknown }): Record<string, unknown> {
  const headers: Record<string, unknown> = { lang: 'js' };
  for (const [name, { wire, write = same }] of fields) headers[wire] = write(values[name]);
  return headers;
}

function same(value: unknown): unknown {
  return value;
}

/** The headers that are not Celery's. */
export function ownHeaders(headers: KombuObject): KombuObject {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !celeryHeaders.has(name)));
}
