import type { SQSRecord } from 'aws-lambda';
import { createDispatcher } from '../dispatch/dispatcher.ts';
import type { Registry } from '../registry/registry.ts';
import type { ResultStore } from '../store/resultStore.ts';
import type { Transport } from '../transport/transport.ts';
import type { Observer } from './observer.ts';
import type { Process } from './process.ts';
import { createSimulatedPool } from './simulatedPool.ts';
import { taskNames } from './workload.ts';

/** The timeout of the functions, in ms. */
export const timeoutMs = 300_000;

/** An environment of the dispatcher function, which processes one batch after the other until it dies. */
export interface SimulatedFunction {
  readonly process: Process;
  isBusy: boolean;
  /** Resolves to the records to delete, or to undefined if the function has died or timed out. */
  invoke(records: readonly SQSRecord[]): Promise<readonly SQSRecord[] | undefined>;
}

export interface SimulatedFunctionOptions {
  readonly process: Process;
  readonly store: ResultStore;
  readonly transport: Transport;
  readonly observer: Observer;
}

const parameters = { positional: [], rest: 'args', keywordRest: 'kwargs' } as const;
const entry = { plugin: 'sim@1', options: {}, parameters, load: () => undefined };
const registry: Registry = { settings: {}, tasks: Object.fromEntries(taskNames.map((name) => [name, entry])) };

export function createSimulatedFunction(options: SimulatedFunctionOptions): SimulatedFunction {
  const { process, store, transport, observer } = options;
  const { system } = process;
  const pool = createSimulatedPool(process, observer);
  const note = (text: string) => {
    const id = /\[([^\]]+)\]/.exec(text)?.[1];
    if (id !== undefined) observer.note(id, `${process.name}: ${text.split('\n')[0]}`);
  };
  const dispatch = createDispatcher({
    ...{ registry, pool, solo: pool, store, transport, system },
    log: { debug: note, info: note, warn: note, error: note },
    worker: { pid: 1, hostname: process.name },
    revocationPeriodMs: 5000,
  });

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
      observer.returned(
        process,
        records.map(({ messageId }) => messageId),
        failed,
      );
      return records.filter(({ messageId }) => !failed.includes(messageId));
    },
  };
  return simulated;
}
