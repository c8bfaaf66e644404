import { waitFor } from '../../support/waitFor.ts';
import type { GirderApi, GirderJobDocument, PythonResult, SentTask, TaskCall } from './girderApi.ts';
import type { GirderServer } from './girderServer.ts';
import type { RecordedCall, RecordingProxy } from './recordingProxy.ts';

const finalStates = new Set(['SUCCESS', 'FAILURE', 'REVOKED']);
const timeoutMs = 40_000;
/** Each poll costs Girder some milliseconds of the CPU that it shares with the worker. */
const intervalMs = 100;

/** The proxies in front of a Girder. */
export interface GirderProxies {
  readonly main: RecordingProxy;
  /** By the names of the faults. */
  readonly faulty: ReadonlyMap<string, RecordingProxy>;
  readonly unlisted: RecordingProxy;
}

/** A real Girder, the proxies through which the worker calls it, and what scenarios do with both. */
export class GirderUnderTest {
  readonly server: GirderServer;
  readonly proxy: RecordingProxy;
  /** A proxy for each fault, because a fault concerns all jobs of a proxy. */
  readonly faultyProxies: ReadonlyMap<string, RecordingProxy>;
  /** A proxy that the environment of the worker does not name. */
  readonly unlistedProxy: RecordingProxy;
  /** Queues that no worker serves: scenarios read their messages, or connect a worker later. */
  readonly unservedQueues: UnservedQueues;
  #sending: Promise<unknown> = Promise.resolve();

  constructor(server: GirderServer, proxies: GirderProxies, unservedQueues: UnservedQueues) {
    this.server = server;
    this.proxy = proxies.main;
    this.faultyProxies = proxies.faulty;
    this.unlistedProxy = proxies.unlisted;
    this.unservedQueues = unservedQueues;
  }

  get api(): GirderApi {
    return this.server.api;
  }

  /** Sends a task whose worker calls Girder through a proxy. The URL is a setting of Girder, so one task is sent at a time. */
  send(call: TaskCall, via: RecordingProxy = this.proxy): Promise<SentTask> {
    const sent = this.#sending.then(async () => {
      if (via === this.proxy) return this.api.dispatch(call);
      await this.api.setApiUrl(via.url);
      try {
        return await this.api.dispatch(call);
      } finally {
        await this.api.setApiUrl(this.proxy.url);
      }
    });
    this.#sending = sent.catch(() => undefined);
    return sent;
  }

  /** Sends tasks in another way, while no other task is sent. */
  alone<T>(send: (api: GirderApi) => Promise<T>): Promise<T> {
    const sent = this.#sending.then(() => send(this.api));
    this.#sending = sent.catch(() => undefined);
    return sent;
  }

  /** Resolves to the result of a task as Celery in Python reads it, when the task has ended. */
  resultOf(taskId: string): Promise<PythonResult> {
    let last: PythonResult | undefined;
    return waitFor(
      async () => {
        last = await this.api.result(taskId);
        return finalStates.has(last.state) ? last : undefined;
      },
      () => `the task ${taskId} has not ended, its state is ${last?.state}`,
      { timeoutMs, intervalMs },
    );
  }

  /** Resolves to a job when it has one of these statuses. */
  jobAt(jobId: string, ...statuses: readonly number[]): Promise<GirderJobDocument> {
    let last: GirderJobDocument | undefined;
    return waitFor(
      async () => {
        last = await this.api.job(jobId);
        // Girder has stored a status before its answer has passed through the proxy.
        const areAnswered = this.callsAbout(jobId).every(({ status }) => status !== null);
        return statuses.includes(last.status) && areAnswered ? last : undefined;
      },
      () =>
        `the job has the status ${last?.status}, not ${statuses.join(' or ')}. ` +
        `Its log is ${JSON.stringify(last?.log)}. The calls about it were ${describeCalls(this.callsAbout(jobId))}`,
      { timeoutMs, intervalMs },
    );
  }

  /** The calls about a job or a task, in the order of their arrival. */
  callsAbout(...ids: readonly string[]): RecordedCall[] {
    return this.proxy.callsAbout(...ids);
  }
}

export interface UnservedQueues {
  /** Creates a queue that no worker serves, and resolves to its name. `purpose` makes the name unique. */
  create(purpose: string): Promise<string>;
  /** Resolves to the body of the next message of a queue, which stays in the queue. */
  read(name: string): Promise<string>;
  /** Starts a worker that serves the queue. */
  serve(name: string): Promise<void>;
}

function describeCalls(calls: readonly RecordedCall[]): string {
  return JSON.stringify(
    calls.map(({ method, path, form, status, complaint }) => ({ method, path, form, status, complaint })),
  );
}
