// What the client's types accept, and beside it what they refuse. Checked by the compiler, never run.
import type { AsyncResult } from 'girder-worker';
import { GirderWorkerPluginABC, type Task } from 'girder-worker';
import { app } from 'girder-worker/app';

const add = app.task((x: number, y: number) => x + y);
const later = app.task(async (text: string, times = 2) => text.repeat(times));
const bound = app.task({ name: 'lab.bound', ignoreResult: true }, function (this: Task, steps: number) {
  return this.canceled ? 0 : steps;
});

export async function sends(): Promise<void> {
  const sum: AsyncResult<number> = await add.delay(1, 2);
  const value: number = await sum.get({ timeoutMs: 10 });
  // @ts-expect-error - a number is no text
  const text: string = await sum.get();
  // @ts-expect-error - an argument is missing
  await add.delay(1);
  // @ts-expect-error - an argument has the wrong type
  await add.delay(1, '2');
  // @ts-expect-error - there is one argument too many
  await add.delay(1, 2, 3);

  // What a task promises is what its result gives.
  const repeated: AsyncResult<string> = await later.applyAsync(['a'], { queue: 'slow', priority: 9 });
  // @ts-expect-error - the arguments are a list
  await later.applyAsync('a');
  // @ts-expect-error - there is no such option
  await later.applyAsync(['a'], { colour: 'red' });

  // `this` is given by the worker, and is not to be passed.
  const steps: AsyncResult<number> = await bound.delay(3);
  void [value, text, repeated, steps];
}

export function callsInPlace(): void {
  const sum: number = add(1, 2);
  const repeated: Promise<string> = later('a');
  const steps: number = bound(3);
  const name: string = add.name;
  // @ts-expect-error - the arguments are those of the function
  add('1', 2);
  void [sum, repeated, steps, name];
}

export async function knowsNothingOfOthers(): Promise<void> {
  const result = await app.sendTask('somebody.elses.task', [1], { key: 'value' });
  const value: unknown = await result.get();
  // @ts-expect-error - what another's task returns is unknown
  const number: number = await result.get();
  const typed: AsyncResult<Date> = app.AsyncResult<Date>('id');
  void [value, number, typed];
}

export function declares(): void {
  app.config.update({ taskTimeLimit: 300 });
  // @ts-expect-error - a time limit is a number of seconds
  app.config.update({ taskTimeLimit: '300' });
  // @ts-expect-error - there is no such setting
  app.config.update({ taskTimeLimits: 300 });
  // @ts-expect-error - an option without a function
  app.task({ name: 'x' });
  // @ts-expect-error - there is no such option
  app.task({ nam: 'x' }, () => 1);
}

// @ts-expect-error - a plugin has to tell its task modules
export class Incomplete extends GirderWorkerPluginABC {}

export class Complete extends GirderWorkerPluginABC {
  override taskImports(): string[] {
    return ['complete/tasks'];
  }
}
