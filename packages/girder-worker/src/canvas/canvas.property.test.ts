import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Message } from '../message/message.ts';
import { derivedIds } from './apply/derivedIds.ts';
import { expand } from './apply/expand.ts';
import { taskIdsOf, valuesOf } from './apply/resultTuple.ts';
import { ModelWorker } from './fixtures/modelWorker.ts';
import { pipeAll } from './signatures/pipe.ts';
import { chainOf, chordOf, groupOf, taskOf, type WireSignature } from './signatures/signature.ts';

/** A canvas as a tree, whose result is known. The label of a task is its last argument. */
type Tree =
  | { readonly kind: 'task'; readonly label: string; readonly immutable: boolean; readonly links: readonly Tree[] }
  /** `written`: the chain is written by hand, and not composed with `pipe`. */
  | { readonly kind: 'chain'; readonly steps: readonly Tree[]; readonly written: boolean }
  | { readonly kind: 'group'; readonly members: readonly Tree[] }
  | { readonly kind: 'chord'; readonly header: readonly Tree[]; readonly body: Tree };

const { tree } = fc.letrec<{ tree: Tree; task: Tree; leaf: Tree }>((tie) => ({
  leaf: fc.record({
    kind: fc.constant('task' as const),
    label: fc.constant(''),
    immutable: fc.boolean(),
    links: fc.constant([]),
  }),
  task: fc.record({
    kind: fc.constant('task' as const),
    label: fc.uuid(),
    immutable: fc.boolean(),
    links: fc.oneof(
      { weight: 4, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(tie('leaf'), { maxLength: 3 }) },
    ),
  }),
  tree: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    tie('task'),
    fc.record({
      kind: fc.constant('chain' as const),
      steps: fc.array(tie('tree'), { minLength: 1, maxLength: 4 }),
      written: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('group' as const), members: fc.array(tie('tree'), { maxLength: 3 }) }),
    fc.record({
      kind: fc.constant('chord' as const),
      header: fc.array(tie('tree'), { maxLength: 3 }),
      body: tie('tree'),
    }),
  ),
}));

/** Each task has a label of its own. The canvas is a group with a second member, so its result is always a list of two. */
const canvases = tree.map((one): Tree => {
  let count = 0;
  const numbered = (part: Tree): Tree => {
    switch (part.kind) {
      case 'task':
        return { ...part, label: `t${++count}`, links: part.links.map(numbered) };
      case 'chain': {
        // `pipe` turns a chain of only a group into that group, and a chain of only empty groups cannot be sent.
        const [only, ...others] = stepsOf(part.steps);
        if (!part.written && only?.kind === 'group' && others.length === 0) return numbered(only);
        return { ...part, steps: part.steps.map(numbered) };
      }
      case 'group':
        return { ...part, members: part.members.map(numbered) };
      case 'chord':
        return { ...part, header: part.header.map(numbered), body: numbered(part.body) };
    }
  };
  return numbered({ kind: 'group', members: [one, { kind: 'task', label: '', immutable: false, links: [] }] });
});

const schedule = fc.infiniteStream(fc.record({ pick: fc.nat(), again: fc.nat({ max: 4 }) }));

test('every task of a canvas runs once and the result is that of the canvas, in any order of deliveries and with duplicates', async () => {
  await fc.assert(
    fc.asyncProperty(canvases, schedule, async (canvas, choices) => {
      const worker = new ModelWorker((message) => ({ value: returned(message) }));
      const result = await run(canvas, worker, choices);
      expect(worker.runs.map(labelOf).toSorted(byName)).toEqual(labelsOf(canvas).toSorted(byName));
      expect(valuesOf(result, (id) => worker.results.get(id)?.result)).toEqual(resultOf(canvas, undefined));
    }),
    { numRuns: 200 },
  );
});

test('no task of a canvas runs twice and every result is stored, whichever tasks fail', async () => {
  await fc.assert(
    fc.asyncProperty(canvases, schedule, fc.func(fc.nat({ max: 3 })), async (canvas, choices, chance) => {
      const worker = new ModelWorker((message) =>
        chance(labelOf(message)) === 0 ? { error: labelOf(message) } : { value: returned(message) },
      );
      const result = await run(canvas, worker, choices);
      const labels = worker.runs.map(labelOf);
      expect(new Set(labels).size).toBe(labels.length);
      for (const id of taskIdsOf(result)) expect(worker.results.has(id)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

async function run(canvas: Tree, worker: ModelWorker, choices: Iterator<{ pick: number; again: number }>) {
  const sender = { rootId: null, parentId: null, replyTo: undefined, nowMs: 0, optionsOf: () => ({ queue: 'celery' }) };
  const expansion = expand(signatureOf(canvas), {}, { ...sender, newId: derivedIds('client') });
  worker.publish(expansion);
  await worker.drain((size) => {
    const { pick, again } = choices.next().value!;
    return { index: pick % size, isAgain: again === 0 };
  });
  return expansion.result;
}

function signatureOf(canvas: Tree): WireSignature {
  switch (canvas.kind) {
    case 'task': {
      const { label, immutable, links } = canvas;
      return { ...taskOf('lab.task', [label]), immutable, options: { link: links.map(signatureOf) } };
    }
    case 'chain': {
      const steps = canvas.steps.map(signatureOf);
      return canvas.written ? chainOf(steps) : pipeAll(steps);
    }
    case 'group':
      return groupOf(canvas.members.map(signatureOf));
    case 'chord':
      return chordOf(canvas.header.map(signatureOf), signatureOf(canvas.body));
  }
}

function byName(one: string, other: string): number {
  return one < other ? -1 : 1;
}

function labelOf({ args }: Message): string {
  return String(args.at(-1));
}

function returned({ args }: Message): unknown {
  return [labelOf({ args } as Message), ...args.slice(0, -1)];
}

function labelsOf(canvas: Tree): string[] {
  switch (canvas.kind) {
    case 'task':
      return [canvas.label, ...canvas.links.flatMap(labelsOf)];
    case 'chain':
      return canvas.steps.flatMap(labelsOf);
    case 'group':
      return canvas.members.flatMap(labelsOf);
    case 'chord':
      return [...canvas.header, canvas.body].flatMap(labelsOf);
  }
}

/** The result of a canvas for the input `input`; undefined means no input. */
function resultOf(canvas: Tree, input: unknown): unknown {
  switch (canvas.kind) {
    case 'task':
      return input === undefined || canvas.immutable ? [canvas.label] : [canvas.label, input];
    case 'chain':
      return stepsOf(canvas.steps).reduce<unknown>((before, step) => resultOf(step, before), input);
    case 'group':
      return membersOf(canvas.members).map((member) => resultOf(member, input));
    case 'chord':
      return resultOf(
        canvas.body,
        membersOf(canvas.header).map((member) => resultOf(member, input)),
      );
  }
}

/** Groups in a group are replaced by their members. */
function membersOf(members: readonly Tree[]): readonly Tree[] {
  return members.flatMap((member) => (member.kind === 'group' ? membersOf(member.members) : [member]));
}

/** An empty group is no step, unless it is the only one. A group of one is replaced by its member. */
function stepsOf(steps: readonly Tree[]): readonly Tree[] {
  const flatten = (step: Tree): readonly Tree[] => {
    if (step.kind === 'chain') return step.steps.flatMap(flatten);
    const [only, ...others] = step.kind === 'group' ? membersOf(step.members) : [];
    return only && others.length === 0 ? flatten(only) : [step];
  };
  const flat = steps.flatMap(flatten);
  const some = flat.filter((step) => !isEmpty(step));
  return some.length === 0 ? flat.slice(0, 1) : some;
}

function isEmpty(step: Tree): boolean {
  return step.kind === 'group' && membersOf(step.members).length === 0;
}
