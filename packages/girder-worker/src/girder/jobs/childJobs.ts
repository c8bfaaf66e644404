import type { Message } from '../../message/message.ts';
import { nodeSystem } from '../../system/nodeSystem.ts';
import type { UnpublishedMessage } from '../../task/current.ts';
import type { GirderDocument, GirderParameters } from '../../task/girder/girderClient.ts';
import type { GirderJobOptions } from '../../task/girder/girderJob.ts';
import { GirderApi, parameterText } from '../client/girderApi.ts';
import { GirderUploadJobArtifact } from '../transforms/resultTransforms.ts';
import { describeArgument, withTransformClient } from '../transforms/sentTransforms.ts';
import type { TransformClient } from '../transforms/transform.ts';
import { GirderError } from '../wire/girderError.ts';
import { apiUrlOf, clientTokenOf, type Headers, jobIdOf, jobInfoSpecOf, sessionOf } from '../wire/girderHeaders.ts';
import type { GirderServers } from '../wire/girderServers.ts';

/** The option `girderJob` of a task; undefined if it has none, or is not registered. */
export type GirderJobOf = (task: string) => GirderJobOptions | undefined;

export interface ChildJobOptions {
  readonly servers: GirderServers;
  readonly girderJobOf: GirderJobOf;
  readonly warn: (text: string) => void;
  /** The longest that all messages together wait for their jobs. */
  readonly limitMs: number;
}

/** The jobs that are created at the same time. */
const concurrency = 10;

/** A longer query of a URL may be refused; the parameters are then sent as a form. */
const maxQueryLength = 4000;

/**
 * Gives messages what Girder Worker gives to those of child tasks: a job whose parent is the job of `parent`, and the
 * server and token of `parent`. A message keeps what it already has. If Girder does not create a job, the messages are
 * returned without, and it is logged once.
 */
export async function createChildJobs<M extends UnpublishedMessage>(
  messages: readonly M[],
  parent: Message,
  { servers, girderJobOf, warn, limitMs }: ChildJobOptions,
): Promise<readonly M[]> {
  const named = apiUrlOf(parent.headers);
  const token = clientTokenOf(parent.headers);
  if (named === undefined || token === undefined) return messages;
  const limit = new AbortController();
  const late = new GirderError('UNREACHABLE', `Girder did not answer within ${limitMs} ms.`);
  const cancelLimit = nodeSystem.startTimer(() => limit.abort(late), limitMs);
  const failures: Error[] = [];
  let api: GirderApi | undefined;
  const connect = () =>
    new GirderApi({
      apiUrl: servers.resolveApiUrl(named, named),
      servers,
      token,
      session: sessionOf(parent.headers),
    });
  const prepare = async (message: M): Promise<M> => {
    if (message.task.startsWith('celery.')) return message;
    let prepared = message;
    try {
      prepared = withServer(message, { apiUrl: named, token });
      if (jobInfoSpecOf(prepared.headers ?? {}) !== undefined || message.publishOptions?.girder_job_disable)
        return prepared;
      const parentSpec = jobInfoSpecOf(parent.headers);
      if (message.id === parent.id && parentSpec !== undefined) return withJob(prepared, parentSpec);
      if (failures[0]) throw failures[0]; // Girder did not answer a moment ago: the messages do not wait for it again.
      api ??= connect();
      return withJob(prepared, await createJob(api, prepared, parent, limit.signal, girderJobOf(message.task)));
    } catch (error) {
      // The task is sent in any case.
      failures.push(error as Error);
      return prepared;
    }
  };
  const result: M[] = [];
  for (let i = 0; i < messages.length; i += concurrency) {
    result.push(...(await Promise.all(messages.slice(i, i + concurrency).map(prepare))));
  }
  cancelLimit();
  if (failures[0]) {
    warn(`sent ${failures.length} of ${messages.length} tasks without a Girder job: ${failures[0].message}`);
  }
  return result;
}

async function createJob(
  api: GirderApi,
  message: UnpublishedMessage,
  parent: Message,
  signal: AbortSignal,
  own: GirderJobOptions = {},
): Promise<unknown> {
  const { id, args = [], kwargs = {}, publishOptions: call = {} } = message;
  const isCall = (value: unknown) => value !== undefined && value !== null;
  const choose = (name: string, ...others: unknown[]) => [call[name], ...others].find(isCall);
  const parameters: GirderParameters = {
    title: choose('girder_job_title', own.title, '<unnamed job>'),
    type: choose('girder_job_type', own.type, 'celery'),
    handler: choose('girder_job_handler', own.handler, 'celery_handler'),
    public: choose('girder_job_public', own.public, false),
    args: args.map(describeArgument),
    ...(Object.keys(kwargs).length > 0 && { kwargs: describeArgument(kwargs) }),
    otherFields: {
      celeryTaskId: id,
      celeryParentTaskId: parent.id,
      ...(choose('girder_job_other_fields', own.otherFields, {}) as object),
    },
  };
  const texts = Object.entries(parameters).map(([name, value]) => [name, parameterText(value)] as [string, string]);
  const query = new URLSearchParams(texts).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const request = query.length <= maxQueryLength ? { parameters } : { data: query, headers };
  const job = await api.json<Partial<GirderDocument> | null>('POST', 'job', { ...request, signal });
  if (jobInfoSpecOf(job ?? {}) === undefined)
    throw new GirderError('UNEXPECTED_ANSWER', 'Girder answered with a job without jobInfoSpec.');
  return job?.jobInfoSpec;
}

/** Another server than that of the task gets no token of it. */
function withServer<M extends UnpublishedMessage>(message: M, own: TransformClient): M {
  const { headers = {} } = message;
  const apiUrl = apiUrlOf(headers) ?? own.apiUrl;
  const token = clientTokenOf(headers) ?? (apiUrl === own.apiUrl ? own.token : undefined);
  if (token === undefined) return message;
  const client = { apiUrl, token };
  return {
    ...message,
    ...(message.args && { args: withTransformClient(message.args, client) }),
    ...(message.kwargs && { kwargs: withTransformClient(message.kwargs, client) }),
    headers: {
      ...(withTransformClient(headers, client) as Headers),
      girder_api_url: apiUrl,
      girder_client_token: token,
    },
  };
}

/** A hook that uploads to "the job of the task" gets the id of that job: a worker in Python does not find it otherwise. */
function withJob<M extends UnpublishedMessage>(message: M, jobInfoSpec: unknown): M {
  const headers: Headers = { ...message.headers, jobInfoSpec };
  const jobId = jobIdOf(headers);
  const hooks = headers.girder_result_hooks;
  if (jobId === undefined || !Array.isArray(hooks)) return { ...message, headers };
  return { ...message, headers: { ...headers, girder_result_hooks: hooks.map((hook) => withJobId(hook, jobId)) } };
}

function withJobId(hook: unknown, jobId: string): unknown {
  return hook instanceof GirderUploadJobArtifact && hook.jobId === undefined ? hook.withJobId(jobId) : hook;
}
