import type { RunRuntime } from '../../execution/runRuntime.ts';
import type { CallArguments, ExtendedRun } from '../../execution/taskExtension.ts';
import { unpickle } from '../../kombu/serializers/jsonpickle.ts';
import type { KombuValue } from '../../kombu/values.ts';
import type { Message } from '../../message/message.ts';
import { nodeSystem } from '../../system/nodeSystem.ts';
import { GirderClient } from '../client/girderClient.ts';
import { createRunSubfolder, removeRunFolder } from '../files/runFolder.ts';
import { createChildJobs, type GirderJobOf } from '../jobs/childJobs.ts';
import type { ResultTransform, Transform, TransformContext } from '../transforms/transform.ts';
import { replaceTransforms, resultTransformOf } from '../transforms/unpickledTransforms.ts';
import { GirderError } from '../wire/girderError.ts';
import {
  apiUrlOf,
  clientTokenOf,
  jobIdOf,
  jobInfoSpecOf,
  readJobSpec,
  resultHooksOf,
  sessionOf,
} from '../wire/girderHeaders.ts';
import { type GirderEnvironment, GirderServers } from '../wire/girderServers.ts';
import { TaskJobManager } from './taskJobManager.ts';

export interface ExtendOptions {
  readonly env: GirderEnvironment;
  readonly girderJobOf: GirderJobOf;
}

/** The longest that the messages of a task wait for their jobs. */
const childJobsLimitMs = 5000;

/** A transfer that takes longer is shown as the progress of the job. */
const shownTransferMs = 1000;

/** Adds Girder to a run: its job and its client on `this`, transforms of arguments and results, and jobs of child tasks. */
export async function extendRun(
  message: Message,
  runtime: RunRuntime,
  { env, girderJobOf }: ExtendOptions,
): Promise<ExtendedRun> {
  const { headers } = message;
  const servers = new GirderServers(env);
  const jobManager = hasUsableJob(message, servers) ? new TaskJobManager(runtime) : undefined;
  const girderClient = clientOfMessage(message, servers, runtime);
  const hooks = resultHooksOf(headers).map(hookIn);
  const transformed: [ResultTransform, unknown][] = [];

  const context: TransformContext = {
    client(transform: Transform) {
      if (transform.client)
        return new GirderClient({
          ...transform.client,
          namedApiUrl: apiUrlOf(headers),
          session: sessionOf(headers),
          servers,
        });
      if (girderClient) return girderClient;
      throw new GirderError(
        'NOT_CONFIGURED',
        `${transform} names no Girder server, and its message names none that may be called.`,
      );
    },
    createFolder: () => createRunSubfolder(message.id),
    jobId: jobIdOf(headers),
    get signal() {
      return runtime.stopSignal();
    },
    onProgress(name) {
      const startMs = nodeSystem.now();
      return ({ currentBytes: current, totalBytes: total }) => {
        if (nodeSystem.now() - startMs >= shownTransferMs)
          jobManager?.updateProgress({ total, current, message: name });
      };
    },
  };

  return {
    members: { ...(jobManager && { jobManager }), ...(girderClient && { girderClient }) },
    beforePublish: (messages) =>
      createChildJobs(messages, message, {
        servers,
        girderJobOf,
        warn: (text) => runtime.log('warn', text),
        limitMs: childJobsLimitMs,
      }),

    async call({ args, kwargs }, call) {
      const replaced = (value: unknown) => replaceTransforms(value, (transform) => transform.transform(context));
      const given = await unlessStopped(async () => ({ args: await replaced(args), kwargs: await replaced(kwargs) }));
      const result = await call(given as CallArguments);
      // A task that has stopped because it was revoked has no result to upload.
      return runtime.sawRevocation ? result : unlessStopped(() => applyHooks(result));
    },

    async end() {
      jobManager?.flush();
      for (const [hook, value] of transformed) {
        await hook.cleanUp(value).catch(warnOf(`${hook} could not clean up`));
      }
      await removeRunFolder(message.id).catch(warnOf('Its files were not removed'));
    },
  };

  function warnOf(what: string): (error: Error) => void {
    return ({ message: text }) => runtime.log('warn', `${what}: ${text}`);
  }

  /** Transfers that are aborted because the task is revoked end it as revoked. */
  async function unlessStopped<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (runtime.stopSignal().aborted) runtime.isCanceled();
      throw error;
    }
  }

  /** As Girder Worker: the first hook gets the first element of an array, and so on; any other result goes to the first hook. */
  async function applyHooks(result: unknown): Promise<unknown> {
    if (!Array.isArray(result)) return hooks[0] ? applyHook(hooks[0], result) : result;
    const values: unknown[] = [];
    for (const [index, value] of result.entries()) {
      const hook = hooks[index];
      values.push(hook ? await applyHook(hook, value) : value);
    }
    return values;
  }

  function applyHook(hook: ResultTransform, value: unknown): Promise<unknown> {
    transformed.push([hook, value]);
    return hook.transform(value, context);
  }
}

/** A job that cannot be updated is logged by the main thread. */
function hasUsableJob({ headers }: Message, servers: GirderServers): boolean {
  if (jobInfoSpecOf(headers) === undefined) return false;
  try {
    readJobSpec(headers, servers);
    return true;
  } catch (error) {
    if (error instanceof GirderError) return false;
    throw error;
  }
}

function clientOfMessage({ headers }: Message, servers: GirderServers, runtime: RunRuntime): GirderClient | undefined {
  const apiUrl = apiUrlOf(headers);
  if (apiUrl === undefined) return undefined;
  try {
    return new GirderClient({
      apiUrl,
      namedApiUrl: apiUrl,
      token: clientTokenOf(headers),
      session: sessionOf(headers),
      servers,
    });
  } catch (error) {
    if (!(error instanceof GirderError)) throw error;
    // A message with a job names the same server, which the main thread has logged.
    if (jobInfoSpecOf(headers) === undefined)
      runtime.log('warn', `this.girderClient is not available: ${error.message}`);
    return undefined;
  }
}

/** A hook in the header is an object that jsonpickle has written by itself. None stands for no hook. */
function hookIn(hook: unknown): ResultTransform | undefined {
  return hook === null ? undefined : resultTransformOf(unpickle(structuredClone(hook) as KombuValue));
}
