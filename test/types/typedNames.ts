// What a client of named tasks accepts and rejects. The compiler checks this file; it never runs.

import type { AsyncResult, Signature } from 'girder-worker';
import { chain } from 'girder-worker';
import { app } from 'girder-worker/app';
import type { fibonacci } from 'gwexample/analyses/tasks';
import type { Tasks } from '../../functions/dispatcher/registry.generated.ts';

export async function sendsOneTaskWithItsType(): Promise<void> {
  const name = 'gwexample.analyses.tasks.fibonacci';
  const result: AsyncResult<number> = await app.sendTask<typeof fibonacci>(name, [26], {}, { queue: 'slow' });
  const plain: AsyncResult<string> = await app.sendTask<(text: string) => Promise<string>>('python.upper', ['a']);
  // @ts-expect-error - an argument has the wrong type
  await app.sendTask<typeof fibonacci>(name, ['26']);
  // @ts-expect-error - the argument is missing
  await app.sendTask<typeof fibonacci>(name, []);
  // @ts-expect-error - there is one argument too many
  await app.sendTask<typeof fibonacci>(name, [26, 27]);
  // @ts-expect-error - the result is a number
  const text: AsyncResult<string> = await app.sendTask<typeof fibonacci>(name, [26]);
  // @ts-expect-error - a number is no type of a task
  await app.sendTask<number>(name, [26]);
  void [result, plain, text];
}

export async function sendsTasksOfTheRegistry(): Promise<void> {
  const tasks = app.typed<Tasks>();
  const result: AsyncResult<number> = await tasks.sendTask('gwexample.analyses.tasks.fibonacci', [26]);
  await tasks.sendTask('gwexample.analyses.tasks.cancelable', [10], {}, { countdown: 10 });
  // @ts-expect-error - there is no task with this name
  await tasks.sendTask('gwexample.analyses.tasks.fibonaci', [26]);
  // @ts-expect-error - there is no task with this name, and no arguments are given
  await tasks.sendTask('gwexample.analyses.tasks.fibonaci');
  // @ts-expect-error - the argument is missing
  await tasks.sendTask('gwexample.analyses.tasks.fibonacci');
  // @ts-expect-error - the argument is missing
  await tasks.sendTask('gwexample.analyses.tasks.fibonacci', []);
  // @ts-expect-error - the argument is missing, and options are no keyword arguments
  await tasks.sendTask('gwexample.analyses.tasks.fibonacci', [], {}, { queue: 'slow' });
  // @ts-expect-error - an argument has the wrong type
  await tasks.sendTask('gwexample.analyses.tasks.fibonacci', ['26']);
  // @ts-expect-error - there is no such option
  await tasks.sendTask('gwexample.analyses.tasks.fibonacci', [26], {}, { colour: 'red' });
  // @ts-expect-error - the result is a number
  const text: string = await result.get();

  // With keyword arguments, positional ones may be missing; those that are given have their types.
  await tasks.sendTask('gwexample.analyses.tasks.fibonacci', [], { n: 26 });
  // @ts-expect-error - an argument has the wrong type
  await tasks.sendTask('gwexample.analyses.tasks.fibonacci', ['26'], { n: 26 });
  void text;
}

export async function composesTasksOfTheRegistry(): Promise<void> {
  const tasks = app.typed<Tasks>();
  const last: Signature<AsyncResult<number>> = tasks.signature('gwexample.analyses.tasks.fibonacci');
  const workflow = chain(tasks.signature('gwexample.analyses.tasks.cancelable', { args: [5] }), last);
  const value: number = await (await workflow.applyAsync()).get();
  // @ts-expect-error - there is no task with this name
  tasks.signature('gwexample.analyses.tasks.fibonaci');
  // @ts-expect-error - an argument has the wrong type
  tasks.signature('gwexample.analyses.tasks.fibonacci', { args: ['5'] });
  void value;
}

/** Tasks of other workers are added to the map; a task whose type is not known takes any arguments. */
interface OtherTasks {
  'python.tasks.add'(x: number, y: number): number;
  'python.tasks.ping'(): string;
  'python.tasks.unknown'(...args: readonly unknown[]): unknown;
}

export async function sendsTasksOfOtherWorkers(): Promise<void> {
  const tasks = app.typed<Tasks & OtherTasks>();
  const sum: AsyncResult<number> = await tasks.sendTask('python.tasks.add', [1, 2]);
  const pong: AsyncResult<string> = await tasks.sendTask('python.tasks.ping');
  await tasks.sendTask('python.tasks.unknown', [1, 'a'], { any: true });
  await tasks.sendTask('gwexample.analyses.tasks.fibonacci', [26]);
  // @ts-expect-error - an argument is missing
  await tasks.sendTask('python.tasks.add', [1]);
  // @ts-expect-error - a map from names to other things than functions
  app.typed<{ 'python.tasks.add': number }>();
  void [sum, pong];
}
