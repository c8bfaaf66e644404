import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

interface Specification {
  readonly Enabled?: boolean;
  readonly AttributeName?: string;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

/**
 * Makes an emulator of DynamoDB answer DescribeTimeToLive and UpdateTimeToLive, which Celery's backend calls if its URL has
 * `ttl_seconds`. dynalite knows no time to live. As in DynamoDB, a table has it on one attribute at most. Items do not expire:
 * DynamoDB deletes them up to some days later, so that no program may rely on it.
 */
export function answerTimeToLive(server: Server): void {
  /** The attribute of each table that has a time to live, by the table's name and creation time. */
  const attributes = new Map<string, string>();
  const listeners = server.listeners('request') as Listener[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const action = /^DynamoDB_20120810\.((?:Describe|Update)TimeToLive)$/.exec(
      String(request.headers['x-amz-target']),
    )?.[1];
    if (action === undefined) {
      for (const listener of listeners) listener.call(server, request, response);
      return;
    }
    void respond(action, request, response);
  });

  async function respond(action: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, body } = await answer(action, request).catch((error: unknown) => ({
      status: 500,
      body: { __type: 'InternalServerError', message: String(error) },
    }));
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(body));
  }

  async function answer(action: string, request: IncomingMessage): Promise<Answer> {
    const input = JSON.parse(await text(request)) as {
      readonly TableName?: string;
      readonly TimeToLiveSpecification?: Specification;
    };
    const described = await describeTable(input.TableName, request);
    if (!described.ok) return { status: described.status, body: (await described.json()) as object };
    const { Table } = (await described.json()) as { readonly Table: { TableName: string; CreationDateTime: number } };
    const table = `${Table.TableName}@${Table.CreationDateTime}`;
    const current = attributes.get(table);
    if (action === 'DescribeTimeToLive') return { status: 200, body: { TimeToLiveDescription: describe(current) } };

    const { Enabled, AttributeName } = input.TimeToLiveSpecification ?? {};
    if (typeof Enabled !== 'boolean' || !AttributeName) return invalid('TimeToLiveSpecification is not complete');
    if (current !== undefined && current !== AttributeName)
      return invalid(`TimeToLive is active on a different AttributeName: current AttributeName is ${current}`);
    if (Enabled === (current !== undefined))
      return invalid(`TimeToLive is already ${Enabled ? 'enabled' : 'disabled'}`);
    if (Enabled) attributes.set(table, AttributeName);
    else attributes.delete(table);
    return { status: 200, body: { TimeToLiveSpecification: { Enabled, AttributeName } } };
  }

  /** Asks the emulator itself, which refuses tables that do not exist. */
  function describeTable(TableName: string | undefined, { headers }: IncomingMessage): Promise<Response> {
    const { port } = server.address() as AddressInfo;
    return fetch(`http://127.0.0.1:${port}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'DynamoDB_20120810.DescribeTable',
        'x-amz-date': String(headers['x-amz-date']),
        authorization: String(headers.authorization),
      },
      body: JSON.stringify({ TableName }),
    });
  }
}

function describe(attribute: string | undefined): object {
  if (attribute === undefined) return { TimeToLiveStatus: 'DISABLED' };
  return { TimeToLiveStatus: 'ENABLED', AttributeName: attribute };
}

function invalid(message: string): Answer {
  return { status: 400, body: { __type: 'com.amazon.coral.validate#ValidationException', message } };
}
