import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

/** A request, and how it was answered. */
export interface RecordedCall {
  readonly method: string;
  /** The path below the target, without its query: `job/5f…`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The fields of a form; empty for any other body. */
  readonly form: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bodyBytes: number;
  /** The status of the answer; null if the connection was closed instead. */
  readonly status: number | null;
  /** The text of an answer whose status is at least 400. */
  readonly complaint: string;
}

/** What happens to a request instead of, or before, it reaches the target. */
export type Fault =
  /** Answers with this status, and a JSON body as Girder's. */
  | { readonly kind: 'status'; readonly status: number }
  /** Answers 200 with a page, as a portal or a load balancer in front of Girder does. */
  | { readonly kind: 'html' }
  /** Forwards the request after this time. */
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** Closes the connection without an answer. */
  | { readonly kind: 'reset' }
  /** Forwards the request, and closes the connection in the middle of the body of the answer. */
  | { readonly kind: 'drop' };

export interface FaultRule {
  /** Which requests it concerns. */
  readonly matches: (call: Pick<RecordedCall, 'method' | 'path' | 'query' | 'form'>) => boolean;
  readonly fault: Fault;
  /** How many of these requests. @default all */
  readonly times?: number;
}

const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'host']);

/**
 * An HTTP server on 127.0.0.1 that forwards requests to a target, records them in the order of their arrival, and injects
 * faults.
 */
export class RecordingProxy {
  #target: URL;
  readonly #calls: RecordedCall[] = [];
  readonly #rules = new Map<FaultRule, number>();
  readonly #server = createServer((incoming, outgoing) => {
    this.#serve(incoming, outgoing).catch(() => outgoing.destroy());
  });
  #port = 0;

  /** Starts a proxy. The path of the target, such as `/api/v1`, is part of the URL of the proxy, too. */
  static async start(target: string): Promise<RecordingProxy> {
    const proxy = new RecordingProxy(target);
    await proxy.#listen();
    return proxy;
  }

  private constructor(target: string) {
    this.#target = new URL(target);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}${this.#target.pathname}`;
  }

  /** Forwards to another target from now on. Its path must be that of the first target. */
  forwardTo(target: string): void {
    const next = new URL(target);
    if (next.pathname !== this.#target.pathname)
      throw new TypeError(`The path of the target must stay the same: ${target}`);
    this.#target = next;
  }

  /** All requests that have been answered, in the order of their arrival. */
  get calls(): readonly RecordedCall[] {
    return this.#calls;
  }

  /** The requests whose path, or one of whose parameters, contains one of these texts: the id of a job, for example. */
  callsAbout(...texts: readonly string[]): RecordedCall[] {
    return this.#calls.filter(({ path, query, form }) =>
      [path, ...Object.values(query), ...Object.values(form)].some((part) => texts.some((text) => part.includes(text))),
    );
  }

  /** Adds a rule, which concerns the requests that no rule before it concerns. Returns a function that removes it. */
  inject(rule: FaultRule): () => void {
    this.#rules.set(rule, rule.times ?? Number.POSITIVE_INFINITY);
    return () => this.#rules.delete(rule);
  }

  /** False while connections are refused. */
  get isListening(): boolean {
    return this.#server.listening;
  }

  /** Closes the port, so that connections are refused. */
  async refuseConnections(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Opens the port again. */
  async acceptConnections(): Promise<void> {
    if (!this.#server.listening) await this.#listen();
  }

  async stop(): Promise<void> {
    await this.refuseConnections();
  }

  async #listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host: '127.0.0.1', port: this.#port }, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = 'GET', headers } = incoming;
    const url = new URL(incoming.url ?? '/', 'http://proxy');
    const place = this.#calls.length;
    const base = this.#target.pathname;
    const asked = {
      method,
      path: url.pathname.startsWith(`${base}/`) ? url.pathname.slice(base.length + 1) : url.pathname,
      query: Object.fromEntries(url.searchParams),
      form: {},
      headers,
      bodyBytes: 0,
      status: null,
      complaint: '',
    };
    this.#calls.push(asked); // Keeps its place while it is answered.
    const record = (change: Partial<RecordedCall>) => {
      this.#calls[place] = { ...this.#calls[place]!, ...change };
    };

    const body = await buffer(incoming);
    const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
    record({ bodyBytes: body.length, form: isForm ? Object.fromEntries(new URLSearchParams(body.toString())) : {} });
    const fault = this.#faultFor(this.#calls[place]!);
    if (fault?.kind === 'reset') {
      incoming.socket.destroy();
      return;
    }
    if (fault?.kind === 'status' || fault?.kind === 'html') {
      const { status, type, text } = answerOf(fault);
      record({ status, complaint: status >= 400 ? text : '' });
      outgoing.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) }).end(text);
      return;
    }
    if (fault?.kind === 'delay') await delay(fault.delayMs);

    const answer = await this.#forward(incoming, body);
    const answered = await buffer(answer);
    const status = answer.statusCode ?? 502;
    record({ status: fault?.kind === 'drop' ? null : status, complaint: status >= 400 ? answered.toString() : '' });
    const kept = Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !hopByHop.has(name)));
    outgoing.writeHead(status, { ...kept, 'content-length': answered.length });
    if (fault?.kind === 'drop') {
      outgoing.write(answered.subarray(0, Math.floor(answered.length / 2)), () => incoming.socket.destroy());
    } else {
      outgoing.end(answered);
    }
  }

  #faultFor(call: RecordedCall): Fault | undefined {
    for (const [rule, left] of this.#rules) {
      if (left <= 0 || !rule.matches(call)) continue;
      this.#rules.set(rule, left - 1);
      return rule.fault;
    }
    return undefined;
  }

  #forward(incoming: IncomingMessage, body: Uint8Array): Promise<IncomingMessage> {
    const { method = 'GET', url = '/' } = incoming;
    const headers = Object.fromEntries(Object.entries(incoming.headers).filter(([name]) => !hopByHop.has(name)));
    const target = new URL(url, this.#target);
    return new Promise((resolve, reject) => {
      const forwarded = request(target, { method, headers: { ...headers, 'content-length': body.length } }, resolve);
      forwarded.on('error', reject);
      forwarded.end(body);
    });
  }
}

function answerOf(fault: Extract<Fault, { kind: 'status' | 'html' }>): { status: number; type: string; text: string } {
  if (fault.kind === 'html') {
    return { status: 200, type: 'text/html', text: '<!doctype html><title>Maintenance</title><p>Come back later.' };
  }
  const text = JSON.stringify({ message: `A fault that a test injected: ${fault.status}`, type: 'test' });
  return { status: fault.status, type: 'application/json', text };
}
