import { NodeHttpHandler } from '@smithy/node-http-handler';

/** In ms. DynamoDB and SQS answer within 100 ms; the shortest timeout of a useful function is a few times as long as these. */
const timeouts = { connectionTimeout: 2000, requestTimeout: 5000 };

/** Concurrent connections; further requests wait for a free one. */
const maxSockets = 50;

type Handle = NodeHttpHandler['handle'];

/** Sends the requests of AWS SDK clients over keep-alive connections, with timeouts, until a signal is aborted. */
export class RequestHandler extends NodeHttpHandler {
  readonly #signal: (() => AbortSignal) | undefined;

  constructor(signal?: () => AbortSignal) {
    super({ ...timeouts, throwOnRequestTimeout: true, httpAgent: { maxSockets }, httpsAgent: { maxSockets } });
    this.#signal = signal;
  }

  /**
   * A request whose connection breaks is sent again at once, over another one: AWS closes idle connections, also those of a function that
   * Lambda has frozen meanwhile. Further attempts are those of the client, after its delays.
   */
  override async handle(...[request, options = {}]: Parameters<Handle>): ReturnType<Handle> {
    const abortSignal = options.abortSignal ?? this.#signal?.();
    const send = () => super.handle(request, abortSignal ? { ...options, abortSignal } : options);
    try {
      return await send();
    } catch (error) {
      if (!isLostConnection(error)) throw error;
      return send();
    }
  }
}

function isLostConnection(error: unknown): boolean {
  return error instanceof Error && ['ECONNRESET', 'EPIPE'].includes(String((error as NodeJS.ErrnoException).code));
}
