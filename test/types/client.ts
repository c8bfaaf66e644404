// What the public types accept and what they reject. The compiler checks this file; it never runs.
import type { AsyncResult, GroupResult, IdTuple, Signature } from 'girder-worker';
import { chain, chord, chunks, GirderWorkerPluginABC, group, signature, type Task } from 'girder-worker';
import { app } from 'girder-worker/app';

const add = app.task((x: number, y: number) => x + y);
const later = app.task(async (text: string, times = 2) => text.repeat(times));
const bound = app.task({ name: 'lab.bound', ignoreResult: true }, function (this: Task, steps: number) {
  return this.canceled ? 0 : steps;
});

export async function sends(): Promise<void> {
  const sum: AsyncResult<number> = await add.delay(1, 2);
  const value: number = await sum.get({ timeoutMs: 10 });
  // @ts-expect-error - a number is not a string
  const text: string = await sum.get();
  // @ts-expect-error - an argument is missing
  await add.delay(1);
  // @ts-expect-error - an argument has the wrong type
  await add.delay(1, '2');
  // @ts-expect-error - there is one argument too many
  await add.delay(1, 2, 3);

  // The result of an async task has the type that its promise resolves to.
  const repeated: AsyncResult<string> = await later.applyAsync(['a'], { queue: 'slow', priority: 9 });
  // @ts-expect-error - the arguments must be a list
  await later.applyAsync('a');
  // @ts-expect-error - there is no such option
  await later.applyAsync(['a'], { colour: 'red' });

  // The worker supplies `this`; a client does not pass it.
  const steps: AsyncResult<number> = await bound.delay(3);
  void [value, text, repeated, steps];
}

/** What a `catch` catches is unknown under strict TypeScript. */
export const retries = app.task({ name: 'lab.retries' }, function (this: Task) {
  try {
    return add(1, 2);
  } catch (exc) {
    throw this.retry({ exc });
  }
});

export function callsInPlace(): void {
  const sum: number = add(1, 2);
  const repeated: Promise<string> = later('a');
  const steps: number = bound(3);
  const name: string = add.name;
  // @ts-expect-error - an argument has the wrong type for the function
  add('1', 2);
  void [sum, repeated, steps, name];
}

export async function resultsOfUnknownTasks(): Promise<void> {
  const result = await app.sendTask('python.tasks.add', [1], { key: 'value' });
  const value: unknown = await result.get();
  // @ts-expect-error - the result of a task without a type is unknown
  const number: number = await result.get();
  const typed: AsyncResult<Date> = app.AsyncResult<Date>('id');
  void [value, number, typed];
}

export async function composesWorkflows(): Promise<void> {
  // A signature may lack arguments at the front: they come from the result of the step before it.
  const sum: Signature<AsyncResult<number>> = add.s(2);
  add.s(1, 2);
  add.si(1, 2);
  // @ts-expect-error - an argument has the wrong type
  add.s('2');
  // @ts-expect-error - there is one argument too many
  add.s(1, 2, 3);
  // @ts-expect-error - an immutable signature needs all arguments
  add.si(2);

  // A chain has the result of its last step.
  const text: string = await (await chain(add.s(1, 2), later.s(3)).applyAsync()).get();
  const piped: string = await (await add.s(1, 2).pipe(later.s()).delay()).get();
  // @ts-expect-error - the last step returns a string
  const number: number = await (await chain(add.s(1, 2), later.s(3)).applyAsync()).get();
  // @ts-expect-error - a step must be a signature, not a value
  chain(add.s(1, 2), add(1, 2));

  // A group has the tuple of its members' results, with the members as arguments or as a list.
  const both: [number, string] = await (await group(add.s(1, 2), later.s('a')).applyAsync()).get();
  const listed: [number, string] = await (await group([add.s(1, 2), later.s('a')]).applyAsync()).get();
  const many: number[] = await (await group([1, 2].map((i) => add.s(i, i))).applyAsync()).get();
  const last: [number, number] = await (await chain(add.s(1, 2), group(add.s(1), add.s(2))).applyAsync()).get();
  // @ts-expect-error - the members return other types
  const swapped: [string, number] = await (await group(add.s(1, 2), later.s('a')).applyAsync()).get();
  // @ts-expect-error - a GroupResult has no state
  await (await group(add.s(1, 2)).applyAsync()).state();

  // A chord has the result of its body.
  const body: string = await (await chord([add.s(1, 1), add.s(2, 2)], later.s()).applyAsync()).get();
  await chord(group(add.s(1, 1)), later.s()).applyAsync([], { countdown: 10 });
  // @ts-expect-error - a chord needs a body
  chord([add.s(1, 1)]);
  const parts: number[][] = await (
    await chunks(
      add.s(),
      [
        [1, 2],
        [3, 4],
      ],
      1,
    ).applyAsync()
  ).get();

  const sends = app.task({ name: 'lab.sends' }, () => add.delay(1, 2));
  const ids: IdTuple = await (await sends.delay()).get();
  const foreign: unknown = await (await signature('python.task', { kwargs: { a: 1 }, queue: 'q' }).applyAsync()).get();
  const known: Date = await (await signature<Date>('python.task').applyAsync()).get();
  // @ts-expect-error - there is no such option
  signature('python.task', { colour: 'red' });
  // @ts-expect-error - eta must be a Date or a string
  add.s(1, 2).set({ eta: 12 });
  add.s(1, 2).set({ eta: new Date(), expires: 60, immutable: true }).link(later.s()).linkError(later.s());
  const restored: GroupResult | undefined = await app.GroupResult.restore('id');
  void [sum, text, piped, number, both, listed, many, last, swapped, body, parts, ids, foreign, known, restored];
}

export function declares(): void {
  app.config.update({ taskTimeLimit: 300 });
  // @ts-expect-error - a time limit must be a number of seconds
  app.config.update({ taskTimeLimit: '300' });
  // @ts-expect-error - there is no such setting
  app.config.update({ taskTimeLimits: 300 });
  // @ts-expect-error - the function is missing
  app.task({ name: 'x' });
  // @ts-expect-error - there is no such option
  app.task({ nam: 'x' }, () => 1);
}

// @ts-expect-error - a plugin must implement taskImports
export class Incomplete extends GirderWorkerPluginABC {}

export class Complete extends GirderWorkerPluginABC {
  override taskImports(): string[] {
    return ['complete/tasks'];
  }
}
