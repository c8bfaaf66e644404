import { toTaskError } from '../outcome/taskError.ts';
import type { StoredResult } from '../store/resultStore.ts';
import type { TaskError } from '../task/errors.ts';

/** The error that a task threw, as an Error to throw in the client. */
export function toError({ state, exception, traceback }: StoredResult): TaskError {
  const type = state === 'REVOKED' ? 'TaskRevokedError' : 'Error';
  return toTaskError(exception ?? { type, module: null, args: [] }, traceback);
}
