import { parsePythonJson, stringifyPythonJson } from '../../kombu/json/pythonJson.ts';
import { isObject, type KombuObject } from '../../kombu/values.ts';
import type { Claim } from '../resultStore.ts';
import type { ClaimedRequest, TaskSummary } from '../taskScan.ts';

/** What the attribute `req` of an item tells about the last claim of its task. */
export interface StoredRequest {
  readonly worker: NonNullable<TaskSummary['worker']>;
  readonly startedMs: number;
  readonly request: ClaimedRequest | null;
}

/** The attribute `req` of a claim. It is an attribute of its own, because a task replaces its document by `updateState`. */
export function requestText({ worker, request }: Claim, startedMs: number): string {
  return stringifyPythonJson({ worker, startedMs, request: request ?? null });
}

/** Undefined if the attribute is absent, or was written by another version of this library. */
export function readRequest(text: string | undefined): StoredRequest | undefined {
  if (text === undefined) return undefined;
  const stored = parsePythonJson(text);
  if (!isObject(stored) || !isObject(stored.worker) || typeof stored.startedMs !== 'number') return undefined;
  return stored as KombuObject as unknown as StoredRequest;
}
