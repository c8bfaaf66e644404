import { localCredentials, localRegion } from './credentials.ts';
import type { Emulators } from './emulators.ts';

/**
 * The variables of a process of the local stack: those of this shell, as a task or a client may read its own, but none
 * of AWS, so that nothing here ever talks to a real account.
 */
export function isolatedVariables(shell: NodeJS.ProcessEnv, own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const harmless = Object.entries(shell).filter(([name]) => !name.startsWith('AWS_'));
  return {
    ...Object.fromEntries(harmless),
    AWS_REGION: localRegion,
    AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
    ...own,
  };
}

/** What tells a girder-worker client, and the dispatcher, where the local queue and table are. */
export function stackVariables({ sqsEndpoint, dynamodbEndpoint }: Emulators, table: string): NodeJS.ProcessEnv {
  return {
    GIRDER_WORKER_BROKER: 'sqs://',
    GIRDER_WORKER_BACKEND: `dynamodb://@${localRegion}/${table}`,
    AWS_ENDPOINT_URL_SQS: sqsEndpoint,
    AWS_ENDPOINT_URL_SNS: sqsEndpoint,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodbEndpoint,
  };
}

/** The same for a client in Python, where Celery's URLs say it all. */
export function celeryUrls(
  { sqsEndpoint, dynamodbEndpoint }: Emulators,
  table: string,
): { broker: string; backend: string } {
  const login = `${localCredentials.accessKeyId}:${localCredentials.secretAccessKey}`;
  return {
    broker: `sqs://${login}@localhost:${new URL(sqsEndpoint).port}//`,
    backend: `dynamodb://${login}@localhost:${new URL(dynamodbEndpoint).port}/${table}`,
  };
}
