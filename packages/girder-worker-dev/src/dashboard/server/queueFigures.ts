import type { QueueFigures } from '../data.ts';
import type { DashboardStack } from './stack.ts';

/** How long figures count, so that each page that is open costs no requests of its own. */
const freshMs = 5000;

/** Returns the function that resolves to the figures of all queues. It never rejects: what failed is the `fault` of its queue. */
export function createQueueFigures(stack: DashboardStack) {
  const { queues, queueAdmin, oldestSeconds, system, describeError } = stack;
  let last: { readonly untilMs: number; readonly figures: Promise<readonly QueueFigures[]> } | undefined;

  const read = async (queue: string): Promise<QueueFigures> => {
    try {
      const { name, ready, inFlight, delayed, deadLetters } = await queueAdmin.status(queue);
      const dead = deadLetters && deadLetters.ready + deadLetters.inFlight + deadLetters.delayed;
      return {
        queue,
        ready,
        inFlight,
        delayed,
        deadLetters: dead,
        oldestSeconds: await oldestSeconds(name),
        fault: null,
      };
    } catch (error) {
      const none = { ready: 0, inFlight: 0, delayed: 0, deadLetters: null, oldestSeconds: null };
      return { queue, ...none, fault: describeError(error) };
    }
  };

  return (): Promise<readonly QueueFigures[]> => {
    const nowMs = system.now();
    if (!last || nowMs >= last.untilMs) last = { untilMs: nowMs + freshMs, figures: Promise.all(queues.map(read)) };
    return last.figures;
  };
}
