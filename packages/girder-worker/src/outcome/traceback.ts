import { sourceLocation } from './sourceLocation.ts';

/** The class in the last line of a traceback. */
interface ExceptionName {
  readonly type: string;
  readonly module: string;
}

/** The two forms of a stack frame in V8: `at fn (file:1:2)` and `at file:1:2`. */
const frameForms = [
  /^\s*at (?:async )?(?<fn>.+?) \((?<file>.+):(?<line>\d+):(?<column>\d+)\)$/,
  /^\s*at (?:async )?(?<file>.+):(?<line>\d+):(?<column>\d+)$/,
];

/** The stack of an error in Python's form, with its causes first: the most recent call is last, as in Celery's tracebacks. */
export function formatTraceback(error: Error, exception: ExceptionName): string {
  const last = `${exception.module === 'builtins' ? '' : `${exception.module}.`}${exception.type}`;
  const own = [
    'Traceback (most recent call last):',
    ...frames(error),
    error.message === '' ? last : `${last}: ${error.message}`,
  ];
  const text = `${own.join('\n')}\n`;
  if (!(error.cause instanceof Error) || error.cause === error) return text;
  const cause = formatTraceback(error.cause, { type: error.cause.name, module: 'builtins' });
  return `${cause}\nThe above exception was the direct cause of the following exception:\n\n${text}`;
}

function frames(error: Error): string[] {
  const lines = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s*at /.test(line) && !line.includes('node:internal'));
  return lines.reverse().map(pythonFrame);
}

function pythonFrame(line: string): string {
  for (const form of frameForms) {
    const frame = form.exec(line)?.groups;
    if (!frame) continue;
    const file = frame.file?.replace('file://', '') ?? '';
    const source = sourceLocation({ file, line: Number(frame.line), column: Number(frame.column) });
    return `  File "${source.file}", line ${source.line}, in ${source.name ?? frame.fn ?? '<module>'}`;
  }
  return `  ${line.trim()}`;
}
