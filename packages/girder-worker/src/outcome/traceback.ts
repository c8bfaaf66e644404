import { sourceLocation } from './sourceLocation.ts';
import { causeOf, readThrown, type ThrownValue } from './thrownValue.ts';

/** The most causes that are shown: errors can be causes of each other. */
const maxCauses = 20;

/** The class in the last line of a traceback. */
interface ExceptionName {
  readonly type: string;
  readonly module: string;
}

/** A frame of a stack, in the words of Python's tracebacks. */
interface Frame {
  readonly file: string;
  readonly line: number;
  readonly name: string;
}

/** The two forms of a stack frame in V8: `at fn (file:1:2)` and `at file:1:2`. */
const frameForms = [
  /^ {4}at (?:async )?(?<fn>.+?) \((?<file>.+):(?<line>\d+):(?<column>\d+)\)$/,
  /^ {4}at (?:async )?(?<file>.+):(?<line>\d+):(?<column>\d+)$/,
];

/** What V8 puts before the name of a method: the class of its object, which a bundle has renamed. Python shows no class either. */
const receiver = /^(?:[\w$]+\.)+/;

/** The modules of this library: in the repository, below node_modules, and in the source map of a bundle of either. */
const ownModules = /(?:^|\/)(?:packages|node_modules)\/girder-worker\/(?:src|lib)\/(?!.*(?:\.test\.ts$|\/fixtures\/))/;

/**
 * The stack of an error in Python's form, with its causes first: the most recent call is last, as in Celery's tracebacks. It
 * shows the frames of the task and of the packages that it uses: not those of this library, which calls it, and of Node.
 */
export function formatTraceback(value: ThrownValue, exception: ExceptionName, depth = 0): string {
  const last = `${exception.module === 'builtins' ? '' : `${exception.module}.`}${exception.type}`;
  const own = [
    'Traceback (most recent call last):',
    ...frames(value).map(pythonFrame),
    value.message === '' ? last : `${last}: ${value.message}`,
  ];
  const text = `${own.join('\n')}\n`;
  const cause = depth < maxCauses && value.error ? causeOf(value.error) : undefined;
  if (!cause) return text;
  const thrown = readThrown(cause);
  return `${formatTraceback(thrown, { type: thrown.name, module: 'builtins' }, depth + 1)}\nThe above exception was the direct cause of the following exception:\n\n${text}`;
}

/** The frames of a stack, the most recent call last. If all of them are of this library, they are shown: it has a fault. */
function frames({ stack, message }: ThrownValue): Frame[] {
  const all = framesIn(withoutMessage(stack, message)).reverse();
  const foreign = all.filter(({ file }) => !ownModules.test(file));
  return foreign.length > 0 ? foreign : all;
}

/** The message comes before the frames, and may contain lines that look like frames. */
function withoutMessage(stack: string, message: string): string {
  const start = stack.indexOf(message);
  return start < 0 ? stack : stack.slice(start + message.length);
}

/** Lines that are no positions in a file are functions of V8, such as `at Array.map (<anonymous>)`. */
function framesIn(text: string): Frame[] {
  return text.split('\n').flatMap((line) => {
    const groups = frameForms.map((form) => form.exec(line)?.groups).find((found) => found !== undefined);
    if (!groups) return [];
    const file = groups.file?.replace('file://', '') ?? '';
    if (file.startsWith('node:')) return [];
    const source = sourceLocation({ file, line: Number(groups.line), column: Number(groups.column) });
    const name = groups.fn?.replace(/ \[as .*\]$/, '').replace(receiver, '') ?? '<module>';
    return [{ file: source.file, line: source.line, name }];
  });
}

function pythonFrame({ file, line, name }: Frame): string {
  return `  File "${file}", line ${line}, in ${name}`;
}
