import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';

/** The answer of a service of AWS, whose body is JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request to a service of AWS that has arrived at a proxy, and the ways to answer it. */
export interface Exchange {
  /** The operation, such as `UpdateItem`. */
  readonly operation: string;
  readonly service: 'dynamodb' | 'sqs';
  readonly body: Readonly<Record<string, unknown>>;
  /** Makes the request, by default with its own body. Rejects if the service, or the client, has closed its connection. */
  forward(body?: Readonly<Record<string, unknown>>): Promise<Answer>;
  answer(answer: Answer): void;
  /** Sends a part of an answer, and then closes the connection in the way of a server that ends. */
  answerInPart(answer: Answer): void;
  /** Resets the connection without an answer. */
  reset(): void;
}

export async function readExchange(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  target: string,
): Promise<Exchange> {
  const received = await text(incoming);
  const { method, headers, url } = incoming;
  // SNS has another protocol, without this header.
  const [service = '', operation = ''] = String(headers['x-amz-target'] ?? 'SNS.').split('.');
  const send = (given: Answer, length: number) => {
    outgoing.writeHead(given.status, { ...given.headers, 'content-length': length });
  };
  return {
    operation,
    service: service.startsWith('DynamoDB') ? 'dynamodb' : 'sqs',
    body: operation === '' ? {} : JSON.parse(received),
    forward(body) {
      const sent = body === undefined ? received : JSON.stringify(body);
      const length = { 'content-length': String(Buffer.byteLength(sent)) };
      return new Promise((resolve, reject) => {
        const forwarded = request(
          new URL(url ?? '/', target),
          { method, headers: { ...headers, ...length } },
          (answer) => {
            text(answer).then(
              (answered) =>
                resolve({ status: answer.statusCode ?? 500, headers: kept(answer.headers), body: answered }),
              reject,
            );
          },
        );
        forwarded.on('error', reject);
        outgoing.on('close', () => {
          if (!outgoing.writableFinished) forwarded.destroy(); // The emulators return messages whose receiver has gone.
        });
        forwarded.end(sent);
      });
    },
    answer(given) {
      send(given, Buffer.byteLength(given.body));
      outgoing.end(given.body);
    },
    answerInPart(given) {
      const bytes = Buffer.from(given.body);
      send(given, bytes.length);
      outgoing.write(bytes.subarray(0, bytes.length / 2), () => (outgoing.socket as Socket | null)?.end());
    },
    reset() {
      (outgoing.socket as Socket | null)?.resetAndDestroy();
    },
  };
}

/** The headers of an answer whose body may be changed: without its length and its checksum. */
function kept(headers: IncomingMessage['headers']): Record<string, string> {
  const names = ['content-type', 'x-amzn-requestid'];
  return Object.fromEntries(names.flatMap((name) => (headers[name] ? [[name, String(headers[name])]] : [])));
}
