import { derivedIds } from '../canvas/apply/derivedIds.ts';
import type { Errback } from '../canvas/continuations/continuations.ts';
import { parsePythonJson } from '../kombu/json/pythonJson.ts';
import { encode } from '../message/encode.ts';
import type { DispatcherDeps } from './stations.ts';

/**
 * Calls an errback of the new style where the task failed (wire specification §1.8), with `(request, exc, traceback)`: what is
 * known of the failed task, its exception as `{ type, module, args }`, and the text. What it returns or throws is its own.
 */
export function createErrbackCalls({ pool, log }: DispatcherDeps) {
  return async ({ signature, failed, failure }: Errback): Promise<void> => {
    const { type, module, argsJson, traceback } = failure;
    const exception = { type, module, args: parsePythonJson(argsJson) };
    const body = encode({
      task: signature.task,
      id: derivedIds(failed.id, 'errback', signature.task)(),
      args: signature.immutable ? signature.args : [failed, exception, traceback, ...signature.args],
      kwargs: signature.kwargs,
      rootId: failed.rootId,
      parentId: failed.id,
    });
    const { ended } = pool.run(body, {
      onLog: (level, text) => log[level](`${signature.task} (errback of ${failed.id}): ${text}`),
      onState: () => Promise.reject(new Error('An errback that is called in place has no state.')),
    });
    const { outcome } = await ended;
    if (outcome.state === 'FAILURE') {
      log.error(`Errback ${signature.task} raised an exception: ${outcome.failure.traceback ?? outcome.failure.type}`);
    }
  };
}
