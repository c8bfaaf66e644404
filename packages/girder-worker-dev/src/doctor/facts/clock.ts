import type { SQSClient } from '@aws-sdk/client-sqs';
import { nodeSystem } from 'girder-worker/internal/system';

/** By how many ms the clock of this machine is ahead of that of SQS; undefined while no answer had a date. */
export type ClockSkew = () => number | undefined;

/** Compares the clock of this machine with the header `Date` of the answers of SQS, which has whole seconds. */
export function watchClock(sqs: SQSClient): ClockSkew {
  let skewMs: number | undefined;
  sqs.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { headers } = result.response as { readonly headers?: Readonly<Record<string, string>> };
      const dateMs = Date.parse(headers?.date ?? '');
      if (!Number.isNaN(dateMs)) skewMs = nodeSystem.now() - dateMs;
      return result;
    },
    { step: 'deserialize', name: 'watchClock', priority: 'low' },
  );
  return () => skewMs;
}
