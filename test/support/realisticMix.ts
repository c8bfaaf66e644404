import { GetQueueUrlCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { createTaskClient } from '../../packages/girder-worker/src/client/client.ts';
import { App } from '../../packages/girder-worker/src/task/app.ts';
import type { AsyncResult } from '../../packages/girder-worker/src/task/client/result.ts';
import { createQueue, localSqsClient } from '../../packages/girder-worker-dev/src/local/emulators/resources.ts';
import type { Stack } from './stack.ts';
import { waitFor } from './waitFor.ts';
import { startWorkerProcess } from './workerProcess.ts';

/** The tasks of a mix, by what happens to them. */
export interface RealisticMix {
  readonly app: App;
  readonly succeeded: readonly string[];
  readonly failed: readonly string[];
  /** It is retried twice, and succeeds. */
  readonly retried: string;
  /** The ids of a chain's steps are not known; this is the one of the last. */
  readonly chain: string;
  readonly chordMembers: readonly string[];
  readonly chordBody: string;
  /** A chord with a member in a queue that is not consumed. */
  readonly stuckBody: string;
  /** Failed, with an errback. */
  readonly withErrback: string;
  readonly replaced: string;
  readonly revoked: string;
  /** Waits for its eta, an hour later. */
  readonly waiting: string;
  readonly expired: string;
  /** Runs until it is told to end, and tells `{"current": 3, "total": 10}`. */
  readonly running: string;
  /** Its worker was killed while it ran; it waits until its message is visible again. */
  readonly ofKilledWorker: string;
}

/** A queue that only the killed worker consumes. */
export const queueOfKilled = 'by-worker';
/** A queue that is not consumed. */
export const idleQueue = 'idle';

/** How long SQS hides the message of the killed worker, in s. */
const visibilityTimeoutSeconds = 12;

/** Sends tasks such as an application sends, to a stack with the plugin `labtasks`. Resolves when all are sent and the worker is killed. */
export async function sendRealisticMix(stack: Stack): Promise<RealisticMix> {
  const app = new App(createTaskClient(stack.env));
  const { chain, chord, signature } = app.canvas;
  const add = (...args: readonly number[]) => signature('labtasks.add', { args });
  const send = async (...call: Parameters<App['sendTask']>) => (await app.sendTask(...call)).id;
  const several = (count: number, ...call: Parameters<App['sendTask']>) =>
    Promise.all(Array.from({ length: count }, () => send(...call)));

  const sqs = localSqsClient(stack.emulators.sqsEndpoint);
  const settings = { visibilityTimeoutSeconds, maxReceiveCount: 10 };
  for (const name of [queueOfKilled, idleQueue]) await createQueue(sqs, { name, ...settings });
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'celery' }));
  for (const MessageBody of ['{"not": "an envelope"}', 'not even JSON'])
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  sqs.destroy();

  const revoked = await send('labtasks.add', [1, 2], {}, { countdown: 5 });
  await app.control.revoke(revoked);
  const ofKilledWorker = await killWorker(stack, app);

  const members = Array.from({ length: 4 }, (_, index) => crypto.randomUUID().replace(/^./, String(index)));
  const header = members.map((taskId, index) => add(index, index).set({ taskId }));
  const stuck = [add(1, 1), add(2, 2).set({ queue: idleQueue })];
  const { id: chordBody } = await chord(header, signature('labtasks.xsum')).applyAsync();
  const { id: stuckBody } = await chord(stuck, signature('labtasks.xsum')).applyAsync();
  const linkError = signature('labtasks.canvas.on_error_id');
  return {
    ...{ app, revoked, ofKilledWorker, chordMembers: members, chordBody, stuckBody },
    succeeded: await several(30, 'labtasks.keywords', [], { password: 'hunter2', user: 'Zoë' }),
    failed: await several(4, 'labtasks.raises', ['boom']),
    retried: await send('labtasks.work.retried', [2, 1]),
    chain: (await chain(add(1, 2), add(3), signature('labtasks.mul', { args: [10] })).applyAsync()).id,
    withErrback: await send('labtasks.raises', ['with an errback'], {}, { linkError }),
    replaced: await send('labtasks.canvas.replaced_by_chain', [3, 4]),
    waiting: await send('labtasks.add', [3, 4], {}, { countdown: 3600 }),
    expired: await send('labtasks.add', [1, 2], {}, { expires: new Date(Date.now() - 1000) }),
    running: await send('labtasks.work.tells_and_waits', [
      'PROGRESS',
      { current: 3, total: 10, message: 'third page' },
    ]),
  };
}

/** Starts a worker, and kills it while it runs a task. Resolves to the task's id. */
async function killWorker(stack: Stack, app: App): Promise<string> {
  const env = {
    ...stack.env,
    ...{ GIRDER_WORKER_QUEUES: queueOfKilled, GIRDER_WORKER_HISTORY_TABLE: 'celery-history' },
  };
  await using worker = startWorkerProcess(env, '-l', 'info', '--root', stack.root, '--no-build', '-n', 'killed@%h');
  await worker.printed(' ready.');
  const result = await app.sendTask('labtasks.pauses', [60], {}, { queue: queueOfKilled });
  await waitForState(result, 'STARTED');
  worker.child.kill('SIGKILL');
  await worker.ended;
  return result.id;
}

/** Resolves when a task has this state. */
export async function waitForState(result: AsyncResult<unknown>, state: string): Promise<void> {
  const isReached = async () => ((await result.state()) === state ? true : undefined);
  await waitFor(isReached, async () => `${result.id} is ${await result.state()}, not ${state}`, { timeoutMs: 30_000 });
}
