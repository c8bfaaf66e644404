import type { JobProgress } from '../../task/girder/jobManager.ts';

/**
 * The name of the requests that a task makes of its job, which the main thread updates. A type, so that the eager and the
 * lazy part of `girder/` share no code, which would be one more file to load.
 */
export type JobRequestName = 'girderJob';

/** What a task asks of its job. */
export type JobRequest =
  | { readonly kind: 'write'; readonly text: string; readonly forceFlush: boolean }
  | ({ readonly kind: 'progress' } & JobProgress)
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'read' };

/** The answer: the status of the job, or the text of an error. */
export type JobAnswer =
  | { readonly kind: 'ok'; readonly status: number | undefined }
  | { readonly kind: 'transitionRefused'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };
