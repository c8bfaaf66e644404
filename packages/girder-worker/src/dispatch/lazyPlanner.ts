import { hasContinuations, noContinuations } from '../canvas/continuations/plan.ts';
import type { ContinuationPlanner } from './continuations.ts';
import type { DispatcherDeps } from './deps.ts';

/** The planner, whose code is loaded when something follows a task for the first time. */
export function createLazyPlanner(deps: DispatcherDeps): ContinuationPlanner {
  let loading: Promise<ContinuationPlanner> | undefined;
  const load = () => {
    loading ??= import('./continuationPlanner.ts').then((module) => module.createContinuationPlanner(deps));
    return loading;
  };
  return {
    async after(message, outcome) {
      if (!hasContinuations(message)) return { outcome, continuations: noContinuations };
      return (await load()).after(message, outcome);
    },
    replacement: async (...args) => (await load()).replacement(...args),
    child: async (...args) => (await load()).child(...args),
    countMember: async (...args) => (await load()).countMember(...args),
  };
}
