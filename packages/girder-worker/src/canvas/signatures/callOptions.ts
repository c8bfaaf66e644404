import type { ApplyOptions } from '../../task/client.ts';
import { type Options, toSignature } from './signature.ts';

type OptionName = Exclude<keyof ApplyOptions, 'kwargs' | 'stamps' | 'link' | 'linkError'>;

/** Our names of the options of a call, and Celery's. */
const wireNames = {
  taskId: 'task_id',
  queue: 'queue',
  priority: 'priority',
  countdown: 'countdown',
  eta: 'eta',
  expires: 'expires',
  timeLimit: 'time_limit',
  softTimeLimit: 'soft_time_limit',
  retries: 'retries',
  ignoreResult: 'ignore_result',
  shadow: 'shadow',
  headers: 'headers',
  replyTo: 'reply_to',
  rootId: 'root_id',
  parentId: 'parent_id',
  messageGroupId: 'MessageGroupId',
  messageDeduplicationId: 'MessageDeduplicationId',
  delaySeconds: 'DelaySeconds',
} as const satisfies Record<OptionName, string>;

/** The options of a call as a signature has them: Celery's names, stamps flat beside the list of their names. */
export function wireOptions({ kwargs: _, stamps, link, linkError, ...options }: ApplyOptions): Options {
  const named = Object.entries(options).map(([name, value]) => [wireNames[name as OptionName] ?? name, value]);
  return {
    ...Object.fromEntries(named.filter(([, value]) => value !== undefined)),
    ...(link && { link: [link].flat().map(toSignature) }),
    ...(linkError && { link_error: [linkError].flat().map(toSignature) }),
    ...(stamps && { ...stamps, stamped_headers: Object.keys(stamps) }),
  };
}
