import type { Outcome } from '../outcome/outcome.ts';
import type { Registry } from '../registry/registry.ts';
import { outcomeOfError } from './outcomeOfError.ts';
import type { LateError } from './poolThread.ts';
import type { RunDetails, RunResult } from './protocol.ts';
import { runBody } from './runTask.ts';
import { watchSoloTask } from './soloErrors.ts';
import type { TaskExtension } from './taskExtension.ts';
import type { ThreadRuntime } from './threadRuntime.ts';

/** A run of the solo pool. */
export interface SoloCall {
  /** The SQS body of its message. */
  readonly body: string;
  readonly details: RunDetails;
  readonly runtime: ThreadRuntime;
  /** Ends the run with this outcome. */
  terminate(outcome: Outcome): void;
  onLateError(error: LateError): void;
}

/** Runs a task in this thread. An error that no code of the task catches ends the run, and not the process. */
export async function runSoloTask(
  registry: Registry,
  { body, details, runtime, terminate, onLateError }: SoloCall,
  extension: TaskExtension | undefined,
): Promise<RunResult> {
  const unwatch = watchSoloTask(runtime, (error, task) => terminate(outcomeOfError(error, task)), onLateError);
  try {
    return await runBody(registry, body, details, runtime, extension);
  } finally {
    unwatch();
  }
}
