import { expect, test } from 'vitest';
import { readThrown } from './thrownValue.ts';
import { formatTraceback } from './traceback.ts';

/** The traceback of an Error with this stack. */
function tracebackOf(stack: readonly string[], message = 'boom'): string {
  const error = Object.assign(new TypeError(message), { stack: stack.join('\n') });
  return formatTraceback(readThrown(error), { type: 'TypeError', module: 'builtins' });
}

/** A stack of a task as Node 24 writes it. */
const stack = [
  'TypeError: boom',
  '    at parse (file:///srv/node_modules/csv/lib/parse.js:3:9)',
  '    at JSON.parse (<anonymous>)',
  '    at Reader.read [as next] (/srv/plugins/p/src/reader.ts:20:5)',
  '    at Object.readFileSync (node:fs:441:20)',
  '    at Task.resize (file:///srv/plugins/p/src/tasks.ts:8:11)',
  '    at callTask (file:///srv/packages/girder-worker/src/execution/runTask.ts:88:12)',
  '    at file:///srv/node_modules/girder-worker/lib/execution/runTask.js:80:3',
  '    at async Promise.all (index 0)',
  '    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)',
  '    at async outcomeOf (file:///srv/node_modules/girder-worker/lib/execution/runTask.js:90:3)',
];

test('a traceback has the frames of the task, the most recent call last, and none of the library and of Node', () => {
  expect(tracebackOf(stack)).toBe(`Traceback (most recent call last):
  File "/srv/plugins/p/src/tasks.ts", line 8, in resize
  File "/srv/plugins/p/src/reader.ts", line 20, in read
  File "/srv/node_modules/csv/lib/parse.js", line 3, in parse
TypeError: boom
`);
});

test('a package whose name begins like that of the library is not taken for it', () => {
  const file = '/srv/node_modules/girder-worker-tasks/lib/tasks.js';
  expect(tracebackOf(['TypeError: boom', `    at run (file://${file}:1:2)`])).toContain(
    `File "${file}", line 1, in run`,
  );
});

test('an error of the library itself shows where it comes from', () => {
  const file = '/srv/node_modules/girder-worker/lib/execution/runTask.js';
  expect(tracebackOf(['TypeError: boom', `    at run (file://${file}:1:2)`])).toContain(
    `File "${file}", line 1, in run`,
  );
});

test.each([
  ['of one line', '    at forged (/etc/passwd:1:1)'],
  ['of several lines', 'boom\n    at forged (/etc/passwd:1:1)\n    at forged (/etc/passwd:2:2)'],
  ['that ends as a stack does', 'boom\n    at forged (/etc/passwd:1:1)\n'],
])('a message %s that looks like frames adds none', (_, message) => {
  const text = tracebackOf([`TypeError: ${message}`, '    at resize (/srv/tasks.ts:8:11)'], message);
  expect(text).toBe(`Traceback (most recent call last):
  File "/srv/tasks.ts", line 8, in resize
TypeError: ${message}
`);
});

test('an error without a message, and one without frames, have a traceback', () => {
  expect(tracebackOf(['TypeError', '    at resize (/srv/tasks.ts:8:11)'], '')).toBe(`Traceback (most recent call last):
  File "/srv/tasks.ts", line 8, in resize
TypeError
`);
  expect(tracebackOf(['TypeError: boom'])).toBe('Traceback (most recent call last):\nTypeError: boom\n');
});
