import type { RegisteredTask } from '../task/app.ts';
import { runAs } from '../task/current.ts';
import { definitionOf, type TaskDefinition } from '../task/definition.ts';
import { TestTask, type TestTaskOptions } from './testTask.ts';

/**
 * Calls the function of a task with this `this` and these arguments, and returns what it returns. What the task throws is
 * thrown, also the error of `this.retry` and `this.replace`: `outcomeOf` returns those as data. The tasks that it sends are
 * recorded in `sent` of its `this`, and not published. Arguments are not validated, and time limits are those that the test
 * sets.
 *
 * Throws TypeError if the value is not a task.
 *
 * @param context the `this` of the task, from `createTask`, or the options for it
 * @example assert.equal(await runTask(count, [10], { canceled: true }), 0)
 */
export function runTask<A extends readonly unknown[], R>(
  task: RegisteredTask<A, R>,
  args: A,
  context: TestTask | TestTaskOptions = {},
): R {
  const definition = definitionIn(task);
  return callAs(definition, args, thisOf(definition, args, context)) as R;
}

/** The definition of a task. Throws TypeError for any other value. */
export function definitionIn(task: unknown): TaskDefinition {
  const definition = definitionOf(task);
  if (definition) return definition;
  const found = typeof task === 'function' ? 'a function without app.task' : typeof task;
  throw new TypeError(`A task that app.task has returned is needed, got ${found}.`);
}

/** The `this` for a run: the one that is given, or a new one with these options. */
export function thisOf(
  { fn, options }: TaskDefinition,
  args: readonly unknown[],
  context: TestTask | TestTaskOptions,
): TestTask {
  if (context instanceof TestTask) return context;
  // Not the name under which it is registered: that cannot be derived for a task that a test file declares.
  const request = { task: options.name ?? fn.name, args, ...context.request };
  return new TestTask({ options, ...context, request });
}

export function callAs({ fn }: TaskDefinition, args: readonly unknown[], self: TestTask): unknown {
  const { id, rootId, task } = self.request;
  const current = { task, rootId, parentId: id, children: [], runtime: self, record: self.record.bind(self) };
  return runAs(current, () => fn.apply(self, args as never));
}
