import { sourceLocation } from './sourceLocation.ts';
import { causeOf, readThrown, type ThrownValue } from './thrownValue.ts';

/** The most causes that are shown: errors can be causes of each other. */
const maxCauses = 20;

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
export function formatTraceback(value: ThrownValue, exception: ExceptionName, depth = 0): string {
  const last = `${exception.module === 'builtins' ? '' : `${exception.module}.`}${exception.type}`;
  const own = [
    'Traceback (most recent call last):',
    ...frames(value.stack),
    value.message === '' ? last : `${last}: ${value.message}`,
  ];
  const text = `${own.join('\n')}\n`;
  const cause = depth < maxCauses && value.error ? causeOf(value.error) : undefined;
  if (!cause) return text;
  const thrown = readThrown(cause);
  return `${formatTraceback(thrown, { type: thrown.name, module: 'builtins' }, depth + 1)}\nThe above exception was the direct cause of the following exception:\n\n${text}`;
}

function frames(stack: string): string[] {
  const lines = stack.split('\n').filter((line) => /^\s*at /.test(line) && !line.includes('node:internal'));
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
