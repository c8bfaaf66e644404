/** The exceptions of Celery, Billiard and Kombu, with their modules in Python. */
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
  ImproperlyConfigured: 'celery.exceptions',
  BackendStoreError: 'celery.exceptions',
  EncodeError: 'kombu.exceptions',
  ContentDisallowed: 'kombu.exceptions',
};

/** Errors of JavaScript and of this library with another name in Python. TypeError and SyntaxError have the same name in both. */
const pythonNames: Readonly<Record<string, string>> = {
  RangeError: 'ValueError',
  ReferenceError: 'NameError',
  URIError: 'ValueError',
  EvalError: 'RuntimeError',
  CanvasError: 'ImproperlyConfigured',
};

/** Python 3's built-in exceptions, without those that would end the client's process when it raises them: SystemExit and others. */
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
 * The Python class for an error of this name: a built-in class, one of Celery's, or a class in `module`, which Python creates
 * when it reads the result (docs/wire-format.md §3.1).
 */
export function pythonExceptionOf(name: string, module: string): { type: string; module: string } {
  const type = Object.hasOwn(pythonNames, name) ? (pythonNames[name] ?? name) : name;
  if (builtins.has(type)) return { type, module: 'builtins' };
  if (Object.hasOwn(celeryModules, type)) return { type, module: celeryModules[type] ?? module };
  return { type, module };
}
