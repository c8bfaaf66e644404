import type { Log } from '../../events/log.ts';
import type { Message } from '../../message/message.ts';
import type { Outcome } from '../../outcome/outcome.ts';
import type { System } from '../../system/system.ts';
import type { UnpublishedMessage } from '../../task/current.ts';
import { removeRunFolder } from '../files/runFolder.ts';
import { GirderError, StateTransitionError } from '../wire/girderError.ts';
import { type JobSpec, readJobSpec } from '../wire/girderHeaders.ts';
import { type GirderEnvironment, GirderServers } from '../wire/girderServers.ts';
import { createChildJobs, type GirderJobOf } from './childJobs.ts';
import { GirderJob, normalLimits, shortLimits } from './girderJob.ts';
import { connectJob } from './jobConnection.ts';
import type { JobAnswer, JobRequest } from './jobRequest.ts';

export interface RunningJobsOptions {
  readonly env: GirderEnvironment;
  readonly girderJobOf: GirderJobOf;
  readonly log: Log;
  readonly system: System;
}

/** How long the tasks of a server that did not answer wait only shortly for it. */
const troubledMs = 30_000;

const abandonLimitMs = 500;

/** A job, and what its message says about it. */
interface JobOfRun {
  readonly job: GirderJob;
  readonly spec: JobSpec;
}

/** The Girder jobs of the messages that are being processed. A message whose job cannot be updated is logged once. */
export class RunningJobs {
  readonly #options: RunningJobsOptions;
  readonly #servers: GirderServers;
  readonly #jobs = new WeakMap<Message, JobOfRun>();
  /** Until when the tasks of a server that did not answer wait only shortly for it, by its origin. */
  readonly #troubled = new Map<string, number>();

  constructor(options: RunningJobsOptions) {
    this.#options = options;
    this.#servers = new GirderServers(options.env);
  }

  /** Finds the job of a message. Later methods do nothing for a message without one. */
  add(message: Message): void {
    const { system } = this.#options;
    try {
      const spec = readJobSpec(message.headers, this.#servers);
      const limits = this.#isTroubled(spec) ? shortLimits : normalLimits;
      this.#jobs.set(message, { spec, job: new GirderJob(connectJob(spec), system, limits) });
    } catch (error) {
      if (!(error instanceof GirderError)) throw error;
      this.#warn(message, `has no Girder job that can be updated: ${error.message}`);
    }
  }

  /** Moves the job to RUNNING. Resolves to whether the task may run. */
  async begin(message: Message): Promise<boolean> {
    return (await this.#jobs.get(message)?.job.begin()) ?? true;
  }

  /** The ids of the messages whose jobs were cancelled, as far as it is known; asks Girder again where that is long ago. */
  findCanceled(messages: readonly Message[]): string[] {
    return messages.flatMap((message) => {
      const job = this.#jobs.get(message)?.job;
      job?.updates.poll();
      return job?.isCanceled ? [message.id] : [];
    });
  }

  /** Adds a line of the console to the log of the job. */
  writeConsole(message: Message, line: string): void {
    const found = this.#jobs.get(message);
    if (found?.spec.logsConsole) found.job.updates.write(`${line}\n`);
  }

  /** Completes the job of a run, and removes files that its thread has left, if that was terminated. */
  async end(message: Message, outcome: Outcome): Promise<void> {
    const found = this.#jobs.get(message);
    if (found) {
      await found.job.end(outcome);
      this.#report(message, found);
    }
    await removeRunFolder(message.id).catch((error: Error) => this.#warn(message, `has left files: ${error.message}`));
  }

  /** Sends what waits for the job of a run whose outcome was not stored, for a moment at most. */
  async abandon(message: Message): Promise<void> {
    await this.#jobs.get(message)?.job.updates.drain(abandonLimitMs);
  }

  /** Completes a job whose worker died after it had stored the result. */
  async repair(message: Message, state: string): Promise<void> {
    const found = this.#jobs.get(message);
    if (!found) return;
    await found.job
      .repair(state)
      .catch((error: Error) => this.#warn(message, `has a Girder job that was not updated: ${error.message}`));
    this.#report(message, found);
  }

  /** Gives the tasks that follow a task their jobs. */
  prepare<M extends UnpublishedMessage>(
    messages: readonly M[],
    parent: Message,
    limitMs: number,
  ): Promise<readonly M[]> {
    const { girderJobOf } = this.#options;
    const warn = (text: string) => this.#warn(parent, text);
    return createChildJobs(messages, parent, { servers: this.#servers, girderJobOf, warn, limitMs });
  }

  async answer(message: Message, request: JobRequest): Promise<JobAnswer> {
    const job = this.#jobs.get(message)?.job;
    if (!job) return { kind: 'failed', message: 'The message names no Girder job that can be updated.' };
    try {
      return { kind: 'ok', status: await act(job, request) };
    } catch (error) {
      if (error instanceof StateTransitionError) return { kind: 'transitionRefused', message: error.message };
      if (error instanceof GirderError) return { kind: 'failed', message: error.message };
      throw error;
    }
  }

  #report(message: Message, { job, spec }: JobOfRun): void {
    const undelivered = job.undelivered();
    if (undelivered === undefined) return;
    this.#warn(message, `has a Girder job that was not updated: ${undelivered}`);
    const { failure } = job.updates;
    const isDown = !failure || (failure instanceof GirderError && failure.isTransient);
    if (isDown) this.#troubled.set(originOf(spec), this.#options.system.now() + troubledMs);
  }

  /** Whether the server of a job did not answer a moment ago. */
  #isTroubled(spec: JobSpec): boolean {
    return (this.#troubled.get(originOf(spec)) ?? 0) > this.#options.system.now();
  }

  #warn({ task, id }: Message, text: string): void {
    this.#options.log.warn(`Task ${task}[${id}] ${text}`);
  }
}

function originOf({ url }: JobSpec): string {
  return new URL(url).origin;
}

async function act(job: GirderJob, request: JobRequest): Promise<number | undefined> {
  switch (request.kind) {
    case 'write':
      job.updates.write(request.text, request.forceFlush);
      return job.updates.status;
    case 'progress':
      job.updates.progress(request);
      return job.updates.status;
    case 'status':
      await job.updateStatus(request.status);
      return job.updates.status;
    case 'read':
      return job.updates.read();
  }
}
