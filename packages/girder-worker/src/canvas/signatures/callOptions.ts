import type { ApplyOptions } from '../../task/client/client.ts';
import { type Options, toSignature } from './signature.ts';

type OptionName = Exclude<keyof ApplyOptions, 'kwargs' | 'stamps' | 'link' | 'linkError'>;

/** Celery's name of each option of a call. */
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
  argsRepr: 'argsrepr',
  kwargsRepr: 'kwargsrepr',
  headers: 'headers',
  replyTo: 'reply_to',
  rootId: 'root_id',
  parentId: 'parent_id',
  messageGroupId: 'MessageGroupId',
  messageDeduplicationId: 'MessageDeduplicationId',
  delaySeconds: 'DelaySeconds',
  girderJobTitle: 'girder_job_title',
  girderJobType: 'girder_job_type',
  girderJobPublic: 'girder_job_public',
  girderJobHandler: 'girder_job_handler',
  girderJobOtherFields: 'girder_job_other_fields',
  girderJobDisable: 'girder_job_disable',
  girderResultHooks: 'girder_result_hooks',
  girderApiUrl: 'girder_api_url',
  girderClientToken: 'girder_client_token',
  girderClientSessionKwargs: 'girder_client_session_kwargs',
} as const satisfies Record<OptionName, string>;

/**
 * The options of a call in the form of a signature: Celery's names; each stamp is an option of its own, and
 * `stamped_headers` lists their names. Options that are undefined are left out.
 */
export function wireOptions({ kwargs: _, stamps, link, linkError, ...options }: ApplyOptions): Options {
  const renamed = Object.entries(options).map(([name, value]) => [wireNames[name as OptionName] ?? name, value]);
  return {
    ...Object.fromEntries(renamed.filter(([, value]) => value !== undefined)),
    ...(link && { link: [link].flat().map(toSignature) }),
    ...(linkError && { link_error: [linkError].flat().map(toSignature) }),
    ...(stamps && { ...stamps, stamped_headers: Object.keys(stamps) }),
  };
}
