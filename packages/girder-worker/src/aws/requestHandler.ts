import { NodeHttpHandler } from '@smithy/node-http-handler';

/** In ms. DynamoDB and SQS answer within 100 ms; the shortest timeout of a useful function is a few times as long as these. */
const timeouts = { connectionTimeout: 2000, requestTimeout: 5000 };

/** Concurrent connections; further requests wait for a free one. */
const maxSockets = 50;

type Handle = NodeHttpHandler['handle'];

/** Learns the time of a service by its answers. */
export interface AnswerClock {
  /** Is called when a request is sent. Returns the function that is called with the header `date` of its answer. */
  sent(): (date: string | undefined) => void;
}

/** Sends the requests of AWS SDK clients over keep-alive connections, with timeouts, until a signal is aborted. */
export class RequestHandler extends NodeHttpHandler {
  readonly #signal: (() => AbortSignal) | undefined;
  readonly #clock: AnswerClock | undefined;

  constructor(signal?: () => AbortSignal, clock?: AnswerClock) {
    super({ ...timeouts, throwOnRequestTimeout: true, httpAgent: { maxSockets }, httpsAgent: { maxSockets } });
    this.#signal = signal;
    this.#clock = clock;
  }

  /**
   * A request whose connection breaks is sent again at once, over another one: AWS closes idle connections, also those of a function that
   * Lambda has frozen meanwhile. Further attempts are those of the client, after its delays.
   */
  override async handle(...[request, options = {}]: Parameters<Handle>): ReturnType<Handle> {
    const abortSignal = options.abortSignal ?? this.#signal?.();
    const send = async () => {
      const answered = this.#clock?.sent();
      const answer = await super.handle(request, abortSignal ? { ...options, abortSignal } : options);
      answered?.(answer.response.headers.date);
      return answer;
    };
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
