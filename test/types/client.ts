// What the client's types accept, and beside it what they refuse. Checked by the compiler, never run.
import type { AsyncResult, GroupResult, Signature } from 'girder-worker';
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

export async function putsTasksTogether(): Promise<void> {
  // A signature may lack the arguments at the front: they come from the step before.
  const sum: Signature<AsyncResult<number>> = add.s(2);
  add.s(1, 2);
  add.si(1, 2);
  // @ts-expect-error - an argument has the wrong type
  add.s('2');
  // @ts-expect-error - there is one argument too many
  add.s(1, 2, 3);
  // @ts-expect-error - nothing comes before an immutable signature's arguments
  add.si(2);

  // A chain gives what its last step gives.
  const text: string = await (await chain(add.s(1, 2), later.s(3)).applyAsync()).get();
  const piped: string = await (await add.s(1, 2).pipe(later.s()).delay()).get();
  // @ts-expect-error - the last step gives a text
  const number: number = await (await chain(add.s(1, 2), later.s(3)).applyAsync()).get();
  // @ts-expect-error - a step is a signature, not a result
  chain(add.s(1, 2), add(1, 2));

  // A group gives the tuple of what its members give, however it is written.
  const both: [number, string] = await (await group(add.s(1, 2), later.s('a')).applyAsync()).get();
  const listed: [number, string] = await (await group([add.s(1, 2), later.s('a')]).applyAsync()).get();
  const many: number[] = await (await group([1, 2].map((i) => add.s(i, i))).applyAsync()).get();
  const last: [number, number] = await (await chain(add.s(1, 2), group(add.s(1), add.s(2))).applyAsync()).get();
  // @ts-expect-error - the members give other types
  const swapped: [string, number] = await (await group(add.s(1, 2), later.s('a')).applyAsync()).get();
  // @ts-expect-error - a group is no single task, and has no state
  await (await group(add.s(1, 2)).applyAsync()).state();

  // A chord gives what its body gives.
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

  const foreign: unknown = await (await signature('python.task', { kwargs: { a: 1 }, queue: 'q' }).applyAsync()).get();
  const known: Date = await (await signature<Date>('python.task').applyAsync()).get();
  // @ts-expect-error - there is no such option
  signature('python.task', { colour: 'red' });
  // @ts-expect-error - a time is a Date or a text
  add.s(1, 2).set({ eta: 12 });
  add.s(1, 2).set({ eta: new Date(), expires: 60, immutable: true }).link(later.s()).linkError(later.s());
  const restored: GroupResult | undefined = await app.GroupResult.restore('id');
  void [sum, text, piped, number, both, listed, many, last, swapped, body, parts, foreign, known, restored];
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
