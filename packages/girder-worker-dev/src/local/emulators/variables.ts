import { localCredentials, localRegion } from './credentials.ts';
import type { Emulators } from './emulators.ts';

/**
 * The environment of a process of the local stack: the variables of the shell, because tasks and clients may read their own,
 * but without those of AWS, so that no process of the local stack can reach a real account.
 *
 * @param own variables that are added, or replace those of the shell
 */
export function isolatedVariables(shell: NodeJS.ProcessEnv, own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const withoutAws = Object.entries(shell).filter(([name]) => !name.startsWith('AWS_'));
  return {
    ...Object.fromEntries(withoutAws),
    AWS_REGION: localRegion,
    AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
    ...own,
  };
}

/** The variables that connect a girder-worker client, or the dispatcher, to the local queue and table. */
export function stackVariables(
  { sqsEndpoint, dynamodbEndpoint }: Pick<Emulators, 'sqsEndpoint' | 'dynamodbEndpoint'>,
  table: string,
): NodeJS.ProcessEnv {
  return {
    GIRDER_WORKER_BROKER: 'sqs://',
    GIRDER_WORKER_BACKEND: `dynamodb://@${localRegion}/${table}`,
    AWS_ENDPOINT_URL_SQS: sqsEndpoint,
    AWS_ENDPOINT_URL_SNS: sqsEndpoint,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodbEndpoint,
  };
}

/** The URLs that connect a Python client to the local queue and table. */
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

/**
 * The lines by which a shell connects the clients that it starts to the local queue and table. The region is among them,
 * because that of the shell would win.
 */
export function exportLines(emulators: Emulators, table: string): string[] {
  const { broker, backend } = celeryUrls(emulators, table);
  const variables = { GIRDER_WORKER_BROKER: broker, GIRDER_WORKER_BACKEND: backend, AWS_REGION: localRegion };
  return Object.entries(variables).map(([name, value]) => `export ${name}='${value}'`);
}
