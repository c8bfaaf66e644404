import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReceiveMessageCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { App } from '../../packages/girder-worker/src/task/app.ts';

/** The visibility timeout of the queue `celery`: shorter than some tasks, as in a deployment whose timeout was not adapted. */
export const visibilityTimeoutSeconds = 4;

/** That of the queue `patient`, for traces that do not depend on it. */
export const patientTimeoutSeconds = 120;

/** How long a task that is revoked waits for its eta: Celery's client is a process that has to start. */
const countdownSeconds = 15;

/** How long the table is away at the end of a task, and the queue. */
export const outageSeconds = 20;

/** How long a trace waits for a result that does not come. */
export const patienceMs = 20_000;

/** A worker that can be killed. */
export interface TracedWorker {
  readonly pid: number;
  stop(): Promise<void>;
}

/** One of the two systems: emulators behind proxies, a client, and workers with the tasks of `workertasks`. */
export interface TracedSystem {
  readonly app: App;
  readonly sqs: SQSClient;
  /** The endpoint of SQS, without the proxy. */
  readonly sqsEndpoint: string;
  /** A folder for the files in which tasks record their runs. */
  readonly folder: string;
  /** Starts a worker on both queues. The tasks of one that `willBeKilled` need not wait long for another. */
  startWorker(options?: { readonly willBeKilled: boolean }): Promise<TracedWorker>;
  /** Revokes a task as a client of this system does. */
  revoke(id: string): Promise<unknown>;
  /** Closes the proxy of the table or of the queue, and opens it again after `outageSeconds`. */
  interrupt(what: 'table' | 'queue'): Promise<void>;
}

/** What became of a task. */
export interface Seen {
  /** How often it ran. */
  readonly runs: number;
  /** The state that a client finds at last. */
  readonly state: string;
}

export const traceNames = [
  ['killed', 'its worker is killed (SIGKILL) while it runs; another worker starts'],
  ['slow', `it runs for longer than the visibility timeout of its queue (${visibilityTimeoutSeconds} s)`],
  ['revoked', 'it is revoked while it waits for its eta'],
  ['chord', 'it is the body of a chord, and the message of a member is delivered twice'],
  ['tableAway', `the table does not answer when it ends, for ${outageSeconds} s`],
  ['queueAway', `the queue does not answer for ${outageSeconds} s, and it is sent afterwards`],
] as const;
export type TraceName = (typeof traceNames)[number][0];

/** Runs all traces with a task. Those that need the same worker run side by side. */
export async function runTraces(system: TracedSystem, task: string): Promise<Record<TraceName, Seen>> {
  const { app, folder } = system;
  let count = 0;
  const send = async (seconds: number, options: object = {}) => {
    const file = join(folder, `${task}-${++count}`);
    const result = await app.sendTask(task, [file, seconds], {}, options);
    return { id: result.id, file, state: () => result.state(), runs: () => runsIn(file) };
  };
  type Sent = Awaited<ReturnType<typeof send>>;
  let worker: TracedWorker;
  const seen = async (sent: Sent, timeoutMs = patienceMs): Promise<Seen> => {
    const hasEnded = async () => ['SUCCESS', 'FAILURE', 'REVOKED'].includes(await sent.state());
    await until(async () => !isRunning(worker.pid) || (await hasEnded()), timeoutMs);
    return { runs: sent.runs(), state: await sent.state() };
  };

  worker = await system.startWorker({ willBeKilled: true });
  const killed = await send(60);
  await until(async () => killed.runs() === 1, patienceMs);
  await pause(2000); // A message that is deleted when its task begins is deleted then.
  process.kill(worker.pid, 'SIGKILL');
  worker = await system.startWorker();
  try {
    const slow = async () => {
      const sent = await send(3 * visibilityTimeoutSeconds);
      return seen(sent);
    };
    const revoked = async () => {
      const endMs = Date.now() + countdownSeconds * 1000;
      const sent = await send(0, { countdown: countdownSeconds, queue: 'patient' });
      await system.revoke(sent.id);
      if (Date.now() > endMs) throw new Error('The revocation came too late: the machine is too busy for this test.');
      await pause(endMs - Date.now() + 4000);
      return seen(sent, 0);
    };
    const chord = async () => {
      const file = (name: string) => join(folder, `${task}-${name}`);
      const member = (name: string, seconds: number) =>
        app.canvas.signature(task, { args: [file(name), seconds] }).set({ queue: 'parked' });
      const body = app.canvas.signature(task, { args: [file('body'), 0] }).set({ immutable: true });
      const result = await app.canvas.chord([member('quick', 0), member('late', 8)], body).applyAsync();
      await deliverTwice(system, file('quick'));
      await until(async () => ['SUCCESS', 'FAILURE'].includes(await app.AsyncResult(result.id).state()), patienceMs);
      return { runs: runsIn(file('body')), state: await app.AsyncResult(result.id).state() };
    };
    const [ofKilled, ofSlow, ofRevoked, ofChord] = await Promise.all([seen(killed), slow(), revoked(), chord()]);

    const ending = await send(2);
    await until(async () => ending.runs() === 1, patienceMs);
    await system.interrupt('table');
    const ofTable = await seen(ending);

    await system.interrupt('queue');
    const ofQueue = await seen(await send(0));
    return {
      ...{ killed: ofKilled, slow: ofSlow, revoked: ofRevoked, chord: ofChord },
      ...{ tableAway: ofTable, queueAway: ofQueue },
    };
  } finally {
    await worker.stop();
  }
}

/** Moves the messages that wait in the queue `parked` to the workers, and one of them, which names the file, twice. */
async function deliverTwice({ sqs, sqsEndpoint }: TracedSystem, file: string): Promise<void> {
  const url = (name: string) => `${sqsEndpoint}/000000000000/${name}`;
  const bodies: string[] = [];
  while (bodies.length < 2) {
    const command = new ReceiveMessageCommand({
      ...{ QueueUrl: url('parked'), MaxNumberOfMessages: 10, WaitTimeSeconds: 1, VisibilityTimeout: 600 },
    });
    const { Messages = [] } = await sqs.send(command);
    bodies.push(...Messages.map(({ Body = '' }) => Body));
  }
  for (const body of bodies) {
    const isTwice = decoded(body).includes(file);
    for (let copy = 0; copy < (isTwice ? 2 : 1); copy++)
      await sqs.send(new SendMessageCommand({ QueueUrl: url('patient'), MessageBody: body }));
  }
}

/** The text of a message with that of its body, both of which Kombu encodes in base64. */
function decoded(text: string): string {
  const envelope = Buffer.from(text, 'base64').toString();
  const { body } = JSON.parse(envelope.startsWith('{') ? envelope : text) as { body: string };
  return Buffer.from(body, 'base64').toString();
}

function runsIn(file: string): number {
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0;
}

/** Resolves when the condition holds, or after the time. */
async function until(condition: () => Promise<boolean>, timeoutMs: number): Promise<void> {
  const endMs = Date.now() + timeoutMs;
  while (!(await condition().catch(() => false)) && Date.now() < endMs) await pause(100);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0); // Sends no signal.
  } catch {
    return false;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
