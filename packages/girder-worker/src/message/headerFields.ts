import type { KombuObject } from '../kombu/values.ts';
import {
  count,
  displayText,
  isoTime,
  optionalCount,
  optionalText,
  type RawHeader,
  requiredText,
  shortName,
  stamps,
  storable,
  stringList,
  timeLimit,
} from './headerReaders.ts';
import type { Message } from './message.ts';

/** The conversion between one of Celery's headers and a field of a Message. */
interface HeaderField<T> {
  /** The name of the header (docs/wire-format.md §1.2). */
  readonly wire: string;
  /** Throws DecodeError HEADER_MALFORMED for a value with which Celery's worker cannot run the task. */
  readonly read: (value: RawHeader, wire: string, headers: Partial<KombuObject>) => T;
  /** @default returns the value of the field unchanged */
  readonly write?: (value: T) => unknown;
}

/** The fields of a Message that come from the properties and the body. */
type OtherFields =
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

/** The fields of a Message that are Celery's headers. */
export type HeaderValues = Omit<Message, OtherFields>;

/** The headers by the names of the fields, in the order in which Celery writes them. */
const headerFields = {
  task: { wire: 'task', read: shortName(requiredText('NO_TASK_NAME', 'The message has no task name.')) },
  id: { wire: 'id', read: storable(requiredText('NO_TASK_ID', 'The message has no task id.')) },
  shadow: { wire: 'shadow', read: displayText },
  eta: { wire: 'eta', read: isoTime },
  expires: { wire: 'expires', read: isoTime },
  group: { wire: 'group', read: storable(optionalText) },
  groupIndex: { wire: 'group_index', read: optionalCount },
  retries: { wire: 'retries', read: count },
  timelimit: {
    wire: 'timelimit',
    read: timeLimit,
    write: ({ hardSeconds, softSeconds }) => [hardSeconds, softSeconds],
  },
  rootId: { wire: 'root_id', read: (value, wire, headers) => optionalText(value, wire) || String(headers.id) },
  parentId: { wire: 'parent_id', read: optionalText },
  argsRepr: { wire: 'argsrepr', read: displayText },
  kwargsRepr: { wire: 'kwargsrepr', read: displayText },
  origin: { wire: 'origin', read: displayText },
  ignoreResult: { wire: 'ignore_result', read: (value) => (value == null ? null : Boolean(value)) },
  replacedTaskNesting: { wire: 'replaced_task_nesting', read: count },
  stampedHeaders: { wire: 'stamped_headers', read: stringList, write: (value) => (value.length === 0 ? null : value) },
  stamps: { wire: 'stamps', read: stamps },
} satisfies { readonly [Name in keyof HeaderValues]: HeaderField<HeaderValues[Name]> };

const fields = Object.entries(headerFields) as readonly (readonly [keyof HeaderValues, HeaderField<unknown>])[];

/** The headers that Celery defines. All others are custom headers of the sender. */
const celeryHeaders: ReadonlySet<string> = new Set(['lang', 'compression', ...fields.map(([, { wire }]) => wire)]);

/** Reads Celery's headers, or a body of protocol 1, which has fields of the same names. Throws DecodeError. */
export function readHeaders(headers: Partial<KombuObject>): HeaderValues {
  const values: Record<string, unknown> = {};
  for (const [name, { wire, read }] of fields) values[name] = read(headers[wire], wire, headers);
  return values as unknown as HeaderValues;
}

/** Writes all of Celery's headers. */
export function writeHeaders(values: { readonly [Name in keyof HeaderValues]: unknown }): Record<string, unknown> {
  const headers: Record<string, unknown> = { lang: 'js' };
  for (const [name, { wire, write = identity }] of fields) headers[wire] = write(values[name]);
  return headers;
}

function identity(value: unknown): unknown {
  return value;
}

/** Returns the custom headers of the sender: those that Celery does not define. */
export function customHeaders(headers: KombuObject): KombuObject {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !celeryHeaders.has(name)));
}
