import type { Overview } from '../data.ts';
import type { createQueueFigures } from './queueFigures.ts';
import type { DashboardStack } from './stack.ts';
import { intervalsOf, runsIn, seriesOf, taskStatistics } from './statistics.ts';

/** The longest time that an overview shows: how long the history is kept by default. */
export const maxMinutes = 7 * 24 * 60;

export async function overviewOf(
  stack: DashboardStack,
  queueFigures: ReturnType<typeof createQueueFigures>,
  minutes: number,
): Promise<Overview> {
  stack.follower.use();
  const intervals = intervalsOf(minutes, stack.system.now());
  const entries = stack.window.all();
  const runs = runsIn(entries, intervals);
  const states: Record<string, number> = {};
  for (const { row } of entries)
    if ((row.endedMs ?? row.receivedMs) >= intervals.fromMs) states[row.state] = (states[row.state] ?? 0) + 1;
  return {
    stack: stack.names,
    ...intervals,
    series: seriesOf(runs, intervals),
    states,
    tasks: taskStatistics(runs),
    queues: await queueFigures(),
    history: stack.follower.status(),
    hasActions: stack.hasActions,
  };
}
