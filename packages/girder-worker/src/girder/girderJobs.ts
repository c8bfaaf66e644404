import type { Log } from '../events/log.ts';
import { withData } from '../events/logText.ts';
import type { TaskEvents } from '../events/taskEvents.ts';
import type { Message } from '../message/message.ts';
import { lookUp, type Registry } from '../registry/registry.ts';
import type { RevocationSource } from '../revocation/revocationSource.ts';
import type { System } from '../system/system.ts';
import type { UnpublishedMessage } from '../task/current.ts';
import type { JobRequest, JobRequestName } from './jobs/jobRequest.ts';
import type { RunningJobs } from './jobs/runningJobs.ts';
import { asksForGirder, hasGirderHeaders, hasJob } from './wire/asksForGirder.ts';

export interface GirderJobsOptions {
  /** GIRDER_WORKER_API_URL names the Girder servers that may be called. */
  readonly env: NodeJS.ProcessEnv;
  /** Has the option `girderJob` of tasks. */
  readonly registry: Registry;
  readonly log: Log;
  readonly system: System;
}

type TaskRequest = (run: { readonly message: Message }, payload: unknown) => Promise<unknown>;

/** What the dispatcher needs in order to follow tasks with Girder jobs: a part of its options. */
export interface GirderJobs {
  readonly events: readonly TaskEvents[];
  readonly revocationSources: readonly RevocationSource[];
  readonly taskRequests: Readonly<Record<string, TaskRequest>>;
  readonly beforePublish: <M extends UnpublishedMessage>(
    messages: readonly M[],
    parent: Message,
    limitMs: number,
  ) => Promise<readonly M[]>;
}

const notRevoked = Promise.resolve(undefined);
const noneRevoked: ReadonlyMap<string, 'revoked'> = new Map();

/**
 * Follows the tasks whose messages name a Girder job: moves the job through its statuses, sends it the log and the progress,
 * and revokes the task when a user cancels the job. Everything else of `girder/` is loaded when the first message asks for it.
 */
export function createGirderJobs(options: GirderJobsOptions): GirderJobs {
  let loading: Promise<RunningJobs> | undefined;
  const girderJobOf = (task: string) => lookUp(options.registry, task)?.options.girderJob;
  /** Present for each message with a job. */
  const jobsOf = new WeakMap<Message, Promise<RunningJobs>>();
  const load = (): Promise<RunningJobs> => {
    loading ??= import('./lazy.ts').then(({ RunningJobs }) => new RunningJobs({ ...options, girderJobOf }));
    return loading;
  };

  const events: TaskEvents = {
    received({ message }) {
      if (!hasJob(message.headers)) return;
      const added = load().then((jobs) => {
        jobs.add(message);
        return jobs;
      });
      jobsOf.set(message, added);
    },
    log({ message }, _level, text, data) {
      void jobsOf.get(message)?.then((jobs) => jobs.writeConsole(message, withData(text, data)));
    },
    ended({ message }, outcome) {
      if (!asksForGirder(message)) return undefined;
      return load().then((jobs) => jobs.end(message, outcome));
    },
    abandoned({ message }) {
      return jobsOf.get(message)?.then((jobs) => jobs.abandon(message));
    },
    endedBefore({ message }, state) {
      return jobsOf.get(message)?.then((jobs) => jobs.repair(message, state));
    },
  };

  const revocations: RevocationSource = {
    name: 'the Girder job',
    /** Moves the job to RUNNING: Girder refuses this for a job that was cancelled. */
    findBeforeRun(message) {
      const mayRun = jobsOf.get(message)?.then((jobs) => jobs.begin(message));
      return mayRun?.then((may) => (may ? undefined : 'revoked')) ?? notRevoked;
    },
    async findWhileRunning(messages) {
      const withJob = messages.filter((message) => jobsOf.has(message));
      if (withJob.length === 0) return noneRevoked;
      const canceled = (await load()).findCanceled(withJob);
      return new Map(canceled.map((id) => [id, 'revoked'] as const));
    },
  };

  return {
    events: [events],
    revocationSources: [revocations],
    taskRequests: {
      async girderJob({ message }, payload) {
        return (await jobsOf.get(message))?.answer(message, payload as JobRequest);
      },
    } satisfies Record<JobRequestName, TaskRequest>,
    async beforePublish(messages, parent, limitMs) {
      return hasGirderHeaders(parent.headers) ? (await load()).prepare(messages, parent, limitMs) : messages;
    },
  };
}
