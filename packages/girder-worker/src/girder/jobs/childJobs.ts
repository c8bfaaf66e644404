import type { Message } from '../../message/message.ts';
import type { UnpublishedMessage } from '../../task/current.ts';
import type { GirderDocument, GirderParameters } from '../../task/girder/girderClient.ts';
import type { GirderJobOptions } from '../../task/girder/girderJob.ts';
import { GirderApi } from '../client/girderApi.ts';
import { describeArgument, withTransformClient } from '../transforms/sentTransforms.ts';
import { GirderError } from '../wire/girderError.ts';
import { apiUrlOf, clientTokenOf, type Headers, jobInfoSpecOf, sessionOf } from '../wire/girderHeaders.ts';
import type { GirderServers } from '../wire/girderServers.ts';

/** The option `girderJob` of a task; undefined if it has none, or is not registered. */
export type GirderJobOf = (task: string) => GirderJobOptions | undefined;

export interface ChildJobOptions {
  readonly servers: GirderServers;
  readonly girderJobOf: GirderJobOf;
  readonly warn: (text: string) => void;
}

/** The longest that a message waits for its job. */
const limitMs = 5000;

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
  { servers, girderJobOf, warn }: ChildJobOptions,
): Promise<readonly M[]> {
  const named = apiUrlOf(parent.headers);
  const token = clientTokenOf(parent.headers);
  if (named === undefined || token === undefined) return messages;
  let failure: GirderError | undefined;
  let withoutJob = 0;
  const prepare = async (message: M): Promise<M> => {
    if (message.task.startsWith('celery.')) return message;
    const prepared = withServer(message, { apiUrl: named, token });
    if (jobInfoSpecOf(prepared.headers ?? {}) !== undefined || message.publishOptions?.girder_job_disable)
      return prepared;
    if (message.id === parent.id && jobInfoSpecOf(parent.headers) !== undefined)
      return withJob(prepared, parent.headers.jobInfoSpec);
    try {
      if (failure) throw failure; // Girder did not answer a moment ago: the messages do not wait for it again.
      const api = new GirderApi({
        apiUrl: servers.resolveApiUrl(named, named),
        token,
        session: sessionOf(parent.headers),
        idleMs: limitMs,
      });
      const { jobInfoSpec } = await createJob(api, prepared, parent, girderJobOf(message.task));
      return withJob(prepared, jobInfoSpec);
    } catch (error) {
      if (!(error instanceof GirderError)) throw error;
      failure = error;
      withoutJob++;
      return prepared;
    }
  };
  const result: M[] = [];
  for (let i = 0; i < messages.length; i += concurrency) {
    result.push(...(await Promise.all(messages.slice(i, i + concurrency).map(prepare))));
  }
  if (failure) warn(`sent ${withoutJob} of ${messages.length} tasks without a Girder job: ${failure.message}`);
  return result;
}

async function createJob(
  api: GirderApi,
  message: UnpublishedMessage,
  parent: Message,
  own: GirderJobOptions = {},
): Promise<GirderDocument> {
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
  const query = new URLSearchParams(
    Object.entries(parameters).map(([name, value]) => [name, textOf(value)] as [string, string]),
  );
  if (query.size > 0 && query.toString().length <= maxQueryLength) return api.json('POST', 'job', { parameters });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return api.json('POST', 'job', { data: query.toString(), headers });
}

function withServer<M extends UnpublishedMessage>(message: M, { apiUrl, token }: { apiUrl: string; token: string }): M {
  const { headers = {} } = message;
  const client = { apiUrl: apiUrlOf(headers) ?? apiUrl, token: clientTokenOf(headers) ?? token };
  return {
    ...message,
    ...(message.args && { args: withTransformClient(message.args, client) }),
    ...(message.kwargs && { kwargs: withTransformClient(message.kwargs, client) }),
    headers: {
      ...(withTransformClient(headers, client) as Headers),
      girder_api_url: client.apiUrl,
      girder_client_token: client.token,
    },
  };
}

/** Hooks that upload to "the job of the task" find it in their attribute `job`, in Python. */
function withJob<M extends UnpublishedMessage>(message: M, jobInfoSpec: unknown): M {
  return { ...message, headers: { ...message.headers, jobInfoSpec } };
}

function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
