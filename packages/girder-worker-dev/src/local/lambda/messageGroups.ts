import type { Message } from '@aws-sdk/client-sqs';

/** Processes a batch after all earlier batches of its message groups; a batch without groups is processed immediately. */
export type RunInGroupOrder = (batch: readonly Message[], work: () => Promise<void>) => Promise<void>;

export function createGroupOrder(): RunInGroupOrder {
  const latest = new Map<string, Promise<unknown>>();

  return async (batch, work) => {
    const groups = new Set(batch.flatMap(({ Attributes }) => Attributes?.MessageGroupId ?? []));
    const earlier = [...groups].map((group) => latest.get(group));
    const run = Promise.allSettled(earlier).then(work);
    for (const group of groups) latest.set(group, run);
    try {
      await run;
    } finally {
      for (const group of groups) if (latest.get(group) === run) latest.delete(group);
    }
  };
}
