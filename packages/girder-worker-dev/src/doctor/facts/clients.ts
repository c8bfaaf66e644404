import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type ClientSettings, type Connections, clientConfig, clientSettings } from 'girder-worker/internal/aws';

export interface Clients extends Disposable {
  readonly sqs: SQSClient;
  readonly dynamodb: DynamoDBClient;
  readonly lambda: LambdaClient;
  readonly cloudwatch: CloudWatchClient;
  /** The endpoints of emulators; undefined for AWS. */
  readonly lambdaEndpoint: string | undefined;
  readonly cloudwatchEndpoint: string | undefined;
}

/** An invocation may be a cold start. */
const lambdaTimeouts = { connectionTimeout: 2000, requestTimeout: 60_000 };

/**
 * Returns the clients of a stack. Lambda and CloudWatch are expected where SQS is, in its region and with its credentials, unless
 * AWS_ENDPOINT_URL_LAMBDA or AWS_ENDPOINT_URL_CLOUDWATCH names another endpoint.
 */
export function connectClients(env: NodeJS.ProcessEnv, { broker, backend }: Connections): Clients {
  const { endpoint, region, credentials } = broker.sqs;
  const beside = (service: 'LAMBDA' | 'CLOUDWATCH'): ClientSettings =>
    clientSettings(env, service, { endpoint, region, credentials });
  const [lambda, cloudwatch] = [beside('LAMBDA'), beside('CLOUDWATCH')];
  const clients = {
    sqs: new SQSClient({ ...clientConfig(broker.sqs), useQueueUrlAsEndpoint: broker.sqs.endpoint === undefined }),
    dynamodb: new DynamoDBClient(clientConfig(backend.dynamodb)),
    lambda: new LambdaClient({ ...clientConfig(lambda), maxAttempts: 2, requestHandler: lambdaTimeouts }),
    cloudwatch: new CloudWatchClient({ ...clientConfig(cloudwatch), maxAttempts: 2 }),
  };
  return {
    ...clients,
    lambdaEndpoint: lambda.endpoint,
    cloudwatchEndpoint: cloudwatch.endpoint,
    [Symbol.dispose]() {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
