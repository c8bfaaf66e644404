import type { ActionAnswer, Fault, Session } from '../../data.ts';

/** A request that the server did not answer, or answered with a fault. Its message is for people. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  /** The status of HTTP; 0 if there was no answer. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Resolves to what the server answers at an address of this page's origin. */
export async function getData<T>(path: string, signal?: AbortSignal): Promise<T> {
  return answerOf<T>(await send(path, signal ? { signal } : {}));
}

/** Sends an action, with the token that proves that this page sends it. */
export async function postAction(path: string, body: unknown): Promise<ActionAnswer> {
  const { actionToken } = await readSession();
  const headers = { 'Content-Type': 'application/json', 'X-Girder-Worker-Token': actionToken };
  const answer = await send(path, { method: 'POST', headers, body: JSON.stringify(body) });
  if (answer.status === 403) session = undefined; // The server may have been started again, with a new token.
  return answerOf<ActionAnswer>(answer);
}

let session: Promise<Session> | undefined;

/** Resolves to the session, which is read once. */
export function readSession(): Promise<Session> {
  session ??= getData<Session>('/data/session').catch((error: unknown) => {
    session = undefined;
    throw error;
  });
  return session;
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error;
    throw new RequestError(0, 'The dashboard does not answer. Is `girder-worker dashboard` still running?');
  }
}

async function answerOf<T>(answer: Response): Promise<T> {
  if (answer.ok) return (await answer.json()) as T;
  const fault = (await answer.json().catch(() => undefined)) as Fault | undefined;
  throw new RequestError(
    answer.status,
    fault?.error?.message ?? `The dashboard answered with status ${answer.status}.`,
  );
}
