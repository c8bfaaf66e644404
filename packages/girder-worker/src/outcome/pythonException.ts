/** Celery's own exceptions, and where Python finds them. */
const celeryModules: Readonly<Record<string, string>> = {
  TaskRevokedError: 'celery.exceptions',
  NotRegistered: 'celery.exceptions',
  MaxRetriesExceededError: 'celery.exceptions',
  Ignore: 'celery.exceptions',
  Reject: 'celery.exceptions',
  Retry: 'celery.exceptions',
  ChordError: 'celery.exceptions',
  SoftTimeLimitExceeded: 'billiard.exceptions',
  TimeLimitExceeded: 'billiard.exceptions',
  WorkerLostError: 'billiard.exceptions',
  CanvasError: 'celery.exceptions',
  BackendStoreError: 'celery.exceptions',
  EncodeError: 'kombu.exceptions',
  ContentDisallowed: 'kombu.exceptions',
};

/** JavaScript's errors that Python knows by another name; TypeError and SyntaxError are its own. */
const pythonNames: Readonly<Record<string, string>> = {
  RangeError: 'ValueError',
  ReferenceError: 'NameError',
  URIError: 'ValueError',
  EvalError: 'RuntimeError',
};

/** Python 3's builtin exceptions, but those that would end the client's process when they are raised again. */
const builtins = new Set(
  `Exception ArithmeticError AssertionError AttributeError BlockingIOError BrokenPipeError BufferError BytesWarning
  ChildProcessError ConnectionAbortedError ConnectionError ConnectionRefusedError ConnectionResetError DeprecationWarning
  EOFError FileExistsError FileNotFoundError FloatingPointError FutureWarning IOError ImportError ImportWarning
  IndentationError IndexError InterruptedError IsADirectoryError KeyError LookupError MemoryError ModuleNotFoundError
  NameError NotADirectoryError NotImplementedError OSError OverflowError PendingDeprecationWarning PermissionError
  ProcessLookupError RecursionError ReferenceError ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration
  StopIteration SyntaxError SyntaxWarning SystemError TabError TimeoutError TypeError UnboundLocalError UnicodeError
  UnicodeWarning UserWarning ValueError Warning ZeroDivisionError`.split(/\s+/),
);

/**
 * The class by which Python knows an error of this name: a builtin, one of Celery's, or one of the given module, which
 * Python makes up when it reads the result (wire specification §3.1).
 */
export function pythonExceptionOf(name: string, module: string): { type: string; module: string } {
  const type = Object.hasOwn(pythonNames, name) ? (pythonNames[name] ?? name) : name;
  if (builtins.has(type)) return { type, module: 'builtins' };
  if (Object.hasOwn(celeryModules, type)) return { type, module: celeryModules[type] ?? module };
  return { type, module };
}
