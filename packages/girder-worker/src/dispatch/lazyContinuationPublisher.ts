import { noContinuations } from '../canvas/continuations/continuations.ts';
import { type ContinuationPlanner, hasContinuations } from './continuations.ts';
import type { DispatcherDeps } from './deps.ts';
import type { ContinuationPublisher } from './publishContinuations.ts';
import type { TaskRunner } from './taskRunner.ts';

/** The publisher of continuations, loaded for the first task that has any: most tasks have none. */
export function createLazyContinuationPublisher(
  deps: DispatcherDeps,
  planner: ContinuationPlanner,
  runTask: TaskRunner,
): ContinuationPublisher {
  let loaded: ContinuationPublisher | undefined;
  return {
    async publish(run, continuations) {
      if (continuations !== noContinuations) await (await load()).publish(run, continuations);
    },
    async republish(run) {
      if (hasContinuations(run.message)) await (await load()).republish(run);
    },
  };

  async function load(): Promise<ContinuationPublisher> {
    const { createContinuationPublisher } = await import('./publishContinuations.ts');
    loaded ??= createContinuationPublisher(deps, planner, runTask);
    return loaded;
  }
}
