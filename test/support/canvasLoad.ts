import { randomUUID } from 'node:crypto';
import { forEachConcurrently } from '../../packages/girder-worker/src/system/concurrently.ts';
import type { App } from '../../packages/girder-worker/src/task/app.ts';
import type { Signature } from '../../packages/girder-worker/src/task/client/signature.ts';

/** A result that a client waits for. */
export interface ExpectedResult {
  readonly id: string;
  /** What it belongs to: `body of a chord`. */
  readonly what: string;
  readonly state: 'SUCCESS' | 'FAILURE';
  /** The value that the task returns, or the message of its error. */
  readonly value: unknown;
}

export interface CanvasLoad {
  readonly results: readonly ExpectedResult[];
  /** The number of runs without a fault: of tasks, of errbacks, and of each retry. */
  readonly runs: number;
  /** The ids of the bodies of chords. */
  readonly bodies: readonly string[];
  /** The ids of the tasks whose errback the worker calls. */
  readonly called: readonly string[];
}

export interface CanvasLoadOptions {
  readonly queue: string;
  /** How many runs to send at least. */
  readonly runs: number;
  readonly random: () => number;
}

/** How many workflows are sent at the same time. */
const concurrency = 8;
const chainLength = 4;
const maxMembers = 12;
const maxPauseMs = 100;
/** The share of workflows that are one plain task, besides those of the random choice. */
const plainShare = 0.3;

/**
 * Sends tasks of the plugin `faulttasks` in a random order: plain ones, chains, chords, chords of chains with a step after the
 * body, tasks that are retried, and failing tasks with errbacks of both kinds.
 */
export async function sendCanvasLoad(app: App, { queue, runs, random }: CanvasLoadOptions): Promise<CanvasLoad> {
  const { chain, chord, signature } = app.canvas;
  const results: ExpectedResult[] = [];
  const bodies: string[] = [];
  const called: string[] = [];
  let planned = 0;

  const integer = (most: number) => Math.floor(random() * (most + 1));
  const task = (name: string, args: readonly unknown[], taskId: string = randomUUID()) =>
    signature(`faulttasks.${name}`, { args, queue, taskId });
  const expectValue = (what: string, id: string, value: unknown) => results.push({ id, what, state: 'SUCCESS', value });
  const idFor = (what: string, value: unknown) => {
    const id = randomUUID();
    expectValue(what, id, value);
    return id;
  };
  const members = () => Array.from({ length: 2 + integer(maxMembers - 2) }, (_, index) => index * 10);

  const workflows: Readonly<Record<string, () => Signature>> = {
    plain() {
      planned += 1;
      const value = { n: integer(1000), text: 'ä' };
      return task('returned', [value, integer(maxPauseMs)], idFor('plain task', value));
    },
    chain() {
      planned += chainLength;
      const start = integer(1000);
      const ids = Array.from({ length: chainLength }, (_, index) => idFor(`step ${index} of a chain`, start + index));
      return chain(ids.map((id, index) => (index === 0 ? task('returned', [start], id) : task('increased', [], id))));
    },
    chord() {
      const values = members();
      planned += values.length + 1;
      const header = values.map((value) =>
        task('returned', [value, integer(maxPauseMs)], idFor('member of a chord', value)),
      );
      const body = idFor('body of a chord', values);
      bodies.push(body);
      return chord(header, task('collects', [], body));
    },
    chordOfChains() {
      const values = members().slice(0, 4);
      planned += 2 * values.length + 2;
      const header = values.map((value) =>
        chain(task('returned', [value]), task('increased', [], idFor('member of a chord of chains', value + 1))),
      );
      const collected = values.map((value) => value + 1);
      const body = idFor('body of a chord of chains', collected);
      bodies.push(body);
      const last = idFor('step after the body of a chord', collected);
      return chain(chord(header, task('collects', [], body)), task('returned', [], last));
    },
    retried() {
      const times = 1 + integer(1);
      planned += 1 + times;
      return task('retried', ['again', times], idFor('task that is retried', 'again'));
    },
    failing() {
      planned += 2;
      const id = randomUUID();
      const message = `failed ${integer(1000)}`;
      results.push({ id, what: 'failing task', state: 'FAILURE', value: message });
      const sent = task('notes_id', [], idFor('errback that is sent', id));
      return task('fails', [message], id).linkError(sent);
    },
    failingWithCalledErrback() {
      planned += 2;
      const id = randomUUID();
      const message = `failed ${integer(1000)}`;
      results.push({ id, what: 'failing task', state: 'FAILURE', value: message });
      called.push(id);
      return task('fails', [message], id).linkError(task('notes_error', []));
    },
  };

  const kinds = Object.values(workflows);
  const signatures: Signature[] = [];
  while (planned < runs) {
    const kind = random() < plainShare ? workflows.plain! : kinds[integer(kinds.length - 1)]!;
    signatures.push(kind());
  }
  await forEachConcurrently(signatures, concurrency, (workflow) => workflow.applyAsync());
  return { results, bodies, called, runs: planned };
}
