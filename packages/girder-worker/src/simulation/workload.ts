import { withCallbacks, withErrbacks } from '../canvas/signatures/links.ts';
import { chainOf, chordOf, groupOf, taskOf, type WireSignature } from '../canvas/signatures/signature.ts';

/** The queue of tasks that run longer than a function may: only workers receive from it. */
export const longQueue = 'long';

/** A FIFO queue, from which functions and workers receive. */
export const fifoQueue = 'sim.fifo';

/** The longest that a task waits for its eta. */
const maxWaitSeconds = 24 * 3600;

/** A queue from which functions, workers and Python workers receive. */
export const sharedQueue = 'shared';

/** The message groups of the FIFO queue. */
const fifoGroups = 20;

type FlowState = 'SUCCESS' | 'FAILURE' | 'REVOKED';

/** What a client sends, and what must come of it. */
export interface Flow {
  readonly signature: WireSignature;
  /** The state in which its result must end, or several of which one is right. */
  readonly expected: FlowState | readonly FlowState[];
  /** The tasks that it consists of. */
  readonly tasks: number;
  /** How long its tasks wait for their eta, in ms. */
  readonly waitMs?: number;
  /** The client revokes it before it sends it. */
  readonly isRevoked?: true;
}

/** Flows of one kind, and how often they are sent in proportion to the others. */
type FlowKind = readonly [weight: number, create: (random: () => number) => Flow];

/** The tasks of the workload, by what they do. */
export const taskNames = [
  'sim.ok',
  'sim.fails',
  'sim.retries',
  'sim.isReplaced',
  'sim.body',
  'sim.killsWorker',
  'sim.errback',
  'sim.isLong',
  'sim.computes',
  'sim.cooperative',
  'sim.deaf',
  'sim.native',
] as const;

const ok = (value: number) => taskOf('sim.ok', [], { value });
const fails = () => taskOf('sim.fails');
const retries = (value: number) => taskOf('sim.retries', [], { value });
const isReplaced = (value: number) => taskOf('sim.isReplaced', [], { value });
const isLong = () => taskOf('sim.isLong');
const inLongQueue = (signature: WireSignature) => ({ ...signature, options: { queue: longQueue } });
const shared = (signature: WireSignature) => ({ ...signature, options: { queue: sharedQueue } });
const killsWorker = () => taskOf('sim.killsWorker');
/** A task that runs for longer than its limits, in seconds. */
const limited = (task: string, options: { readonly time_limit: number; readonly soft_time_limit?: number }) => ({
  ...taskOf(task),
  options,
});
const errback = () => taskOf('sim.errback');

/**
 * The body of a chord checks that it gets the results of all members, in their order: this list, or the numbers from 0 below `expected`, as each
 * member of a large chord carries the body.
 */
const body = (expected: readonly number[] | number) => taskOf('sim.body', [], { expected });

/** A chord whose members return 0, 1, 2 and so on. */
function chord(size: number, random: () => number): WireSignature {
  const members = Array.from({ length: size }, (_, index) => {
    const dice = random();
    return dice < 0.7 ? ok(index) : dice < 0.85 ? retries(index) : isReplaced(index);
  });
  return chordOf(groupOf(members), body(members.map((_, index) => index)));
}

/** A chord with so many members. */
export function largeChord(size: number): Flow {
  const members = Array.from({ length: size }, (_, index) => ok(index));
  return { signature: chordOf(groupOf(members), body(size)), expected: 'SUCCESS', tasks: size + 1 };
}

/** A queue that does not exist. */
export const missingQueue = 'missing';

const unsendable = (signature: WireSignature) => ({ ...signature, options: { queue: missingQueue } });

/** What follows a task cannot be sent: a step of a chain, a member of a chord, and the body of one. */
const refusedFlows: readonly FlowKind[] = [
  [1, () => ({ signature: chainOf([ok(0), unsendable(ok(1)), ok(2)]), expected: 'FAILURE', tasks: 3 })],
  [
    0.5,
    () => ({
      signature: chainOf([ok(0), chordOf(groupOf([ok(0), unsendable(ok(1)), ok(2)]), body(3))]),
      expected: 'FAILURE',
      tasks: 5,
    }),
  ],
  [0.5, () => ({ signature: chordOf(groupOf([ok(0), ok(1)]), unsendable(body(2))), expected: 'FAILURE', tasks: 3 })],
];

/** A chord whose members run one after another, as their messages are of one group of the FIFO queue. */
function orderedChord(size: number, random: () => number, last?: WireSignature): WireSignature {
  const MessageGroupId = `group ${Math.floor(random() * fifoGroups)}`;
  const members = Array.from({ length: size }, (_, index) => (random() < 0.85 ? ok(index) : retries(index)));
  const ordered = [...members, ...(last ? [last] : [])].map((member) => ({
    ...member,
    options: { queue: fifoQueue, MessageGroupId },
  }));
  return chordOf(groupOf(ordered), body(members.map((_, index) => index)));
}

/** What a Python worker may run, too: tasks, chains, and chords with `failing` members that fail. */
const sharedFlows: readonly FlowKind[] = [
  [3, () => ({ signature: shared(ok(0)), expected: 'SUCCESS', tasks: 1 })],
  [1, () => ({ signature: shared(fails()), expected: 'FAILURE', tasks: 1 })],
  [2, () => ({ signature: chainOf([ok(0), ok(1), ok(2)].map(shared)), expected: 'SUCCESS', tasks: 3 })],
  [1, () => ({ signature: chainOf([ok(0), fails(), ok(2)].map(shared)), expected: 'FAILURE', tasks: 3 })],
  [3, () => ({ signature: sharedChord([0, 1, 2, 3, 4].map(ok)), expected: 'SUCCESS', tasks: 6 })],
  [1, () => ({ signature: sharedChord([ok(0), fails(), ok(2)]), expected: 'FAILURE', tasks: 4 })],
];

function sharedChord(members: readonly WireSignature[]): WireSignature {
  return chordOf(groupOf(members.map(shared)), shared(body(members.map((_, index) => index))));
}

/** A task with an eta. */
function waiting(random: () => number): Flow {
  const countdown = Math.ceil(random() * maxWaitSeconds);
  const signature = { ...ok(0), options: { countdown } };
  return { signature, expected: 'SUCCESS', tasks: 1, waitMs: countdown * 1000 };
}

const kinds: readonly FlowKind[] = [
  [30, () => ({ signature: ok(0), expected: 'SUCCESS', tasks: 1 })],
  [5, () => ({ signature: fails(), expected: 'FAILURE', tasks: 1 })],
  [5, () => ({ signature: withErrbacks(fails(), [errback()]), expected: 'FAILURE', tasks: 2 })],
  [8, () => ({ signature: retries(0), expected: 'SUCCESS', tasks: 1 })],
  [8, () => ({ signature: isReplaced(0), expected: 'SUCCESS', tasks: 1 })],
  [5, () => ({ signature: withCallbacks(ok(0), [ok(1)]), expected: 'SUCCESS', tasks: 2 })],
  [8, () => ({ signature: chainOf([ok(0), retries(1), isReplaced(2)]), expected: 'SUCCESS', tasks: 3 })],
  [5, () => ({ signature: chainOf([ok(0), fails(), ok(2)]), expected: 'FAILURE', tasks: 3 })],
  [10, (random) => ({ signature: chord(5, random), expected: 'SUCCESS', tasks: 6 })],
  [1, (random) => ({ signature: chord(60, random), expected: 'SUCCESS', tasks: 61 })],
  [4, () => ({ signature: chordOf(groupOf([ok(0), fails(), ok(2)]), body([0, 1, 2])), expected: 'FAILURE', tasks: 4 })],
  [4, (random) => ({ signature: chainOf([ok(0), chord(3, random), ok(9)]), expected: 'SUCCESS', tasks: 6 })],
  [2, waiting],
  ...sharedFlows,
  ...refusedFlows,
  [3, () => ({ signature: taskOf('sim.computes'), expected: 'SUCCESS', tasks: 1 })],
  [1, () => ({ signature: taskOf('sim.deaf'), expected: 'SUCCESS', tasks: 1 })],
  [1, () => ({ signature: limited('sim.deaf', { time_limit: 15 }), expected: 'FAILURE', tasks: 1 })],
  [
    1,
    () => ({
      signature: limited('sim.cooperative', { time_limit: 15, soft_time_limit: 10 }),
      expected: 'FAILURE',
      tasks: 1,
    }),
  ],
  [2, () => ({ signature: inLongQueue(taskOf('sim.native')), expected: 'SUCCESS', tasks: 1 })],
  [1, () => ({ signature: limited('sim.native', { time_limit: 15 }), expected: 'FAILURE', tasks: 1 })],
  [3, () => ({ signature: ok(0), expected: 'REVOKED', tasks: 1, isRevoked: true })],
  [2, () => ({ signature: chainOf([inLongQueue(isLong()), ok(1)]), expected: 'SUCCESS', tasks: 2 })],
  // A function ends it at its timeout, a worker does not.
  [1, () => ({ signature: isLong(), expected: ['SUCCESS', 'FAILURE'], tasks: 1 })],
  [4, (random) => ({ signature: orderedChord(5, random), expected: 'SUCCESS', tasks: 6 })],
  [0.2, (random) => ({ signature: orderedChord(2, random, killsWorker()), expected: 'FAILURE', tasks: 4 })],
  [1, () => ({ signature: killsWorker(), expected: 'FAILURE', tasks: 1 })],
];

const totalWeight = kinds.reduce((sum, [weight]) => sum + weight, 0);

/** Returns a random flow. */
export function randomFlow(random: () => number): Flow {
  let dice = random() * totalWeight;
  for (const [weight, create] of kinds) {
    dice -= weight;
    if (dice < 0) return create(random);
  }
  return kinds[0]![1](random);
}
