import type { SQSBatchResponse } from 'aws-lambda';
import type { Registry } from '../registry/registry.ts';
import type { ResultStore } from '../store/resultStore.ts';

/** The event by which `girder-worker doctor` invokes a function instead of SQS. No message of a queue can have this form. */
export interface InspectionEvent {
  readonly inspect: 'function';
}

/** What a function says about itself, in the answer to an InspectionEvent. */
export interface FunctionInspection extends SQSBatchResponse {
  readonly node: string;
  /** The names of its tasks. */
  readonly tasks: readonly string[];
  /** Why it cannot read the result table; null if it can. */
  readonly tableFault: string | null;
}

export function isInspection(event: object): event is InspectionEvent {
  return 'inspect' in event;
}

/** Resolves to what the function says; reads one item of the table, with the role of the function. Never rejects. */
export async function inspectFunction(
  { tasks }: Registry,
  store: Pick<ResultStore, 'read'>,
): Promise<FunctionInspection> {
  const tableFault = await store.read('girder-worker-doctor').then(
    () => null,
    (error: Error) => `${error.name}: ${error.message}`,
  );
  return { batchItemFailures: [], node: process.versions.node, tasks: Object.keys(tasks), tableFault };
}
