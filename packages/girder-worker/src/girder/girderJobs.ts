import type { Log } from '../events/log.ts';
import type { TaskEvents } from '../events/taskEvents.ts';
import type { Message } from '../message/message.ts';
import type { Registry } from '../registry/registry.ts';
import type { RevocationSource } from '../revocation/revocationSource.ts';
import type { System } from '../system/system.ts';
import type { UnpublishedMessage } from '../task/current.ts';
import { type JobRequest, jobRequestName } from './jobs/jobRequest.ts';
import type { RunningJobs } from './jobs/runningJobs.ts';
import { asksForGirder } from './wire/asksForGirder.ts';
import { hasGirderHeaders, hasJob } from './wire/girderHeaders.ts';

export interface GirderJobsOptions {
  /** The Girder servers that may be called, by the bases of their REST APIs. */
  readonly apiUrls: readonly string[];
  /** Has the option `girderJob` of tasks. */
  readonly registry: Registry;
  readonly log: Log;
  readonly system: System;
}

/** What the dispatcher needs in order to follow tasks with Girder jobs: a part of its options. */
export interface GirderJobs {
  readonly events: readonly TaskEvents[];
  readonly revocationSources: readonly RevocationSource[];
  readonly taskRequests: Readonly<
    Record<string, (run: { readonly message: Message }, payload: unknown) => Promise<unknown>>
  >;
  readonly beforePublish: <M extends UnpublishedMessage>(
    messages: readonly M[],
    parent: Message,
  ) => Promise<readonly M[]>;
}

/**
 * Follows the tasks whose messages name a Girder job: moves the job through its statuses, sends it the log and the progress,
 * and revokes the task when a user cancels the job. Everything else of `girder/` is loaded when the first message asks for it.
 */
export function createGirderJobs(options: GirderJobsOptions): GirderJobs {
  let loading: Promise<RunningJobs> | undefined;
  /** Present for each message with a job. */
  const jobsOf = new WeakMap<Message, Promise<RunningJobs>>();
  const load = (): Promise<RunningJobs> => {
    loading ??= import('./jobs/runningJobs.ts').then(({ RunningJobs }) => new RunningJobs(options));
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
    log({ message }, _level, text) {
      void jobsOf.get(message)?.then((jobs) => jobs.writeConsole(message, text));
    },
    ended({ message }, outcome) {
      if (!asksForGirder(message)) return undefined;
      return load().then((jobs) => jobs.end(message, outcome));
    },
    endedBefore({ message }, state) {
      return jobsOf.get(message)?.then((jobs) => jobs.repair(message, state));
    },
  };

  const revocations: RevocationSource = {
    name: 'the Girder job',
    /** Moves the job to RUNNING: Girder refuses this for a job that was cancelled. */
    async findBeforeRun(message) {
      const jobs = await jobsOf.get(message);
      return jobs && !(await jobs.begin(message)) ? 'revoked' : undefined;
    },
    async findWhileRunning(messages) {
      const withJob = messages.filter((message) => jobsOf.has(message));
      if (withJob.length === 0) return new Map();
      const canceled = (await load()).findCanceled(withJob);
      return new Map(canceled.map((id) => [id, 'revoked'] as const));
    },
  };

  return {
    events: [events],
    revocationSources: [revocations],
    taskRequests: {
      async [jobRequestName]({ message }, payload) {
        return (await jobsOf.get(message))?.answer(message, payload as JobRequest);
      },
    },
    async beforePublish(messages, parent) {
      return hasGirderHeaders(parent.headers) ? (await load()).prepare(messages, parent) : messages;
    },
  };
}
