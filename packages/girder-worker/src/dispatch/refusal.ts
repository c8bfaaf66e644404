import type { ClaimConflict } from '../store/resultStore.ts';
import type { FollowUp } from './followUp.ts';
import { title } from './report.ts';
import type { DispatcherDeps, Disposition, TaskRun } from './stations.ts';

/**
 * What becomes of a message whose task may not run: what is stored stands, or somebody else is at it. The one before it
 * may have died between storing and publishing, so that what follows is published again; it has fixed ids.
 */
export function createRefusal({ log, clock }: DispatcherDeps, followUp: FollowUp) {
  return async (passenger: TaskRun, refusal: ClaimConflict): Promise<Disposition> => {
    const { message } = passenger;
    switch (refusal.kind) {
      case 'final':
        log.info(`Task ${title(message)} has ended before: ${refusal.state}`);
        await followUp.again(message);
        return 'settled';
      case 'superseded':
        log.info(`Task ${title(message)} has been sent again since: this message is an old one`);
        await followUp.resend(passenger, refusal);
        return 'settled';
      case 'elsewhere':
        log.info(`Task ${title(message)} is being run elsewhere`);
        return { returnInSeconds: Math.max(1, (refusal.untilMs - clock()) / 1000) };
    }
  };
}
