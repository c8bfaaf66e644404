import type { System } from '../../system/system.ts';

/** The claims of the last moment that have not ended. Their ends are likely to be due soon, and can be written together. */
export interface RecentClaims {
  begin(id: string): void;
  /** Ends a claim, if it is one of them. Returns the number of the others. */
  end(id: string): number;
}

/** A task that has run for longer is not waited for. */
const recentMs = 500;

export function createRecentClaims(system: Pick<System, 'now'>): RecentClaims {
  /** When each began, in ms since 1970; the oldest comes first. */
  const begun = new Map<string, number>();
  return {
    begin(id) {
      begun.delete(id);
      begun.set(id, system.now());
    },
    end(id) {
      begun.delete(id);
      for (const [other, sinceMs] of begun) {
        if (system.now() - sinceMs <= recentMs) break;
        begun.delete(other);
      }
      return begun.size;
    },
  };
}
