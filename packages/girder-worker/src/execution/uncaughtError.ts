import { readThrown } from '../outcome/thrownValue.ts';
import { formatTraceback } from '../outcome/traceback.ts';
import type { UncaughtError } from './protocol.ts';

/** Describes an error that no code caught, or the value that a promise was rejected with. Never throws. */
export function uncaughtError(thrown: unknown): UncaughtError {
  const value = readThrown(thrown);
  const { name, message } = value;
  return {
    reason: message === '' ? name : `${name}: ${message}`,
    traceback: formatTraceback(value, { type: name, module: 'builtins' }),
  };
}
