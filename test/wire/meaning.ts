import type { Recorded, RecordedBody } from './captures.ts';

/** The names in docs/wire-format.md §1.2 and §1.1. All others are custom headers and properties of the sender. */
const celeryHeaders =
  'lang task id shadow eta expires group group_index retries timelimit root_id parent_id argsrepr kwargsrepr origin ignore_result replaced_task_nesting stamped_headers stamps compression';
const celeryProperties =
  'correlation_id reply_to delivery_mode delivery_info priority body_encoding delivery_tag expiration';

/** Returns the fields of the Message to which a recorded message must be decoded, by the names in docs/wire-format.md. */
export function meaningOf({ envelope: { headers, properties }, taskBody }: Recorded): Record<string, unknown> {
  const [args, kwargs, embed] = ('parsed' in taskBody ? taskBody.parsed : taskBody) as RecordedBody;
  const [hardSeconds, softSeconds] = headers.timelimit as readonly unknown[];
  const { exchange, routing_key } = properties.delivery_info as Record<string, unknown>;
  return {
    protocol: 2,
    task: headers.task,
    id: headers.id,
    args,
    kwargs,
    embed: {
      callbacks: embed.callbacks ?? [],
      errbacks: embed.errbacks ?? [],
      chain: embed.chain ?? [],
      chord: embed.chord,
    },
    retries: headers.retries,
    eta: headers.eta,
    expires: headers.expires,
    group: headers.group,
    groupIndex: headers.group_index,
    rootId: headers.root_id,
    parentId: headers.parent_id,
    correlationId: properties.correlation_id,
    replyTo: properties.reply_to,
    timelimit: { hardSeconds, softSeconds },
    priority: properties.priority,
    shadow: headers.shadow,
    ignoreResult: headers.ignore_result ?? null,
    replacedTaskNesting: headers.replaced_task_nesting,
    stamps: headers.stamps,
    stampedHeaders: headers.stamped_headers ?? [],
    origin: headers.origin,
    argsRepr: headers.argsrepr,
    kwargsRepr: headers.kwargsrepr,
    deliveryInfo: { exchange, routingKey: routing_key },
    headers: without(celeryHeaders, headers),
    properties: without(celeryProperties, properties),
  };
}

function without(names: string, record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.split(' ').includes(name)));
}

/** Returns the recorded SQS body or, if the recording has only what Python read, an SQS body with the same envelope. */
export function bodyOf({ body, envelope }: Recorded): string {
  return body ?? base64(JSON.stringify(envelope));
}

export function outerText(body: string): string {
  return body.startsWith('{') ? body : Buffer.from(body, 'base64').toString();
}

export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
