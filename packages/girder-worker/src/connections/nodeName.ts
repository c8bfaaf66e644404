import { hostname } from 'node:os';

/**
 * The name by which a worker is known, as Celery's `celery@host`: in STARTED results, in the replies of remote control,
 * and as what commands are addressed to.
 *
 * It is `girder-worker@` and the name of the Lambda function, which all its environments share, or else of this machine;
 * GIRDER_WORKER_NODE_NAME says another one, as for the function that answers in the dispatcher's name.
 */
export function nodeName(env: NodeJS.ProcessEnv): string {
  return env.GIRDER_WORKER_NODE_NAME || `girder-worker@${env.AWS_LAMBDA_FUNCTION_NAME || hostname()}`;
}
