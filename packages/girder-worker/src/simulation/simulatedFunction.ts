import type { SQSRecord } from 'aws-lambda';
import type { Pool } from '../execution/pool.ts';
import type { Observer } from './observer.ts';
import type { Process } from './process.ts';
import { createSimulatedDispatcher } from './simulatedDispatcher.ts';
import type { SimulatedGirder } from './simulatedGirder.ts';
import type { Services } from './world.ts';

/** The timeout of the functions, in ms. */
export const timeoutMs = 300_000;

/** An environment of the dispatcher function, which processes one batch after the other until it dies. */
export interface SimulatedFunction {
  readonly process: Process;
  isBusy: boolean;
  /** Resolves to the records to delete, or to undefined if the function has died or timed out. */
  invoke(records: readonly SQSRecord[]): Promise<readonly SQSRecord[] | undefined>;
}

export interface SimulatedFunctionOptions extends Services {
  readonly process: Process;
  readonly pool: Pick<Pool, 'run'>;
  readonly girder: SimulatedGirder;
  readonly observer: Observer;
  readonly consumesDeadLetters: boolean;
}

export function createSimulatedFunction(options: SimulatedFunctionOptions): SimulatedFunction {
  const { process, observer } = options;
  const { system } = process;
  const dispatch = createSimulatedDispatcher(options);

  const simulated: SimulatedFunction = {
    process,
    isBusy: false,
    async invoke(records) {
      simulated.isBusy = true;
      const cancel = system.startTimer(process.die, timeoutMs);
      const invocation = { requestId: system.randomUUID(), deadlineMs: system.now() + timeoutMs };
      const answer = await Promise.race([dispatch({ Records: [...records] }, invocation), process.died]);
      cancel();
      simulated.isBusy = false;
      if (!answer) return undefined;
      const failed = answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
      const sent = records.map(({ messageId }) => messageId);
      observer.returned({ process, deadlineMs: invocation.deadlineMs, sent, failed });
      return records.filter(({ messageId }) => !failed.includes(messageId));
    },
  };
  return simulated;
}
