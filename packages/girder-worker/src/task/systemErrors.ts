/** Python's class for each code of a system error, as its OSError chooses a subclass by `errno`. */
const classes: Readonly<Record<string, string>> = {
  ENOENT: 'FileNotFoundError',
  EEXIST: 'FileExistsError',
  EISDIR: 'IsADirectoryError',
  ENOTDIR: 'NotADirectoryError',
  EACCES: 'PermissionError',
  EPERM: 'PermissionError',
  ECONNREFUSED: 'ConnectionRefusedError',
  ECONNRESET: 'ConnectionResetError',
  ECONNABORTED: 'ConnectionAbortedError',
  EPIPE: 'BrokenPipeError',
  ESHUTDOWN: 'BrokenPipeError',
  ETIMEDOUT: 'TimeoutError',
  ECHILD: 'ChildProcessError',
  ESRCH: 'ProcessLookupError',
  EAGAIN: 'BlockingIOError',
  EALREADY: 'BlockingIOError',
  EINPROGRESS: 'BlockingIOError',
  EWOULDBLOCK: 'BlockingIOError',
  EINTR: 'InterruptedError',
  // Timeouts of `fetch`, which have no number.
  UND_ERR_CONNECT_TIMEOUT: 'TimeoutError',
  UND_ERR_HEADERS_TIMEOUT: 'TimeoutError',
  UND_ERR_BODY_TIMEOUT: 'TimeoutError',
  // What `fetch` says of a connection that the server has closed.
  UND_ERR_SOCKET: 'ConnectionError',
};

const connectionErrors = new Set([
  'ConnectionRefusedError',
  'ConnectionResetError',
  'ConnectionAbortedError',
  'BrokenPipeError',
]);

/**
 * The names of Python's classes for an error of the operating system: the class and its bases, such as
 * `['ConnectionRefusedError', 'ConnectionError', 'OSError']`. Empty for any other error.
 *
 * It is an error of Node's file system, network or child processes, or the error `fetch failed`, whose cause is one.
 */
export function systemErrorClasses(error: unknown): readonly string[] {
  const found = findClass(error);
  if (found === undefined) return [];
  if (found === 'OSError') return [found];
  return connectionErrors.has(found) ? [found, 'ConnectionError', 'OSError'] : [found, 'OSError'];
}

function findClass(error: unknown): string | undefined {
  try {
    return classOf(error) ?? classOf(causeOfFetch(error));
  } catch {
    return undefined; // Its getters throw, or it is a proxy that was revoked.
  }
}

function classOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, errno, syscall } = error as NodeJS.ErrnoException;
  if (typeof code !== 'string') return undefined;
  if (typeof errno === 'number' && typeof syscall === 'string') return classes[code] ?? 'OSError';
  return code.startsWith('UND_ERR_') ? classes[code] : undefined;
}

/** A host with several addresses has an error for each: the first counts. */
function causeOfFetch(error: unknown): unknown {
  if (!(error instanceof TypeError) || error.message !== 'fetch failed') return undefined;
  const { cause } = error;
  return cause instanceof AggregateError ? cause.errors[0] : cause;
}
