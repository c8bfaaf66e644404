/** What a broker or backend URL says of the place where an AWS service is; undefined leaves it to the environment. */
export interface AwsTarget {
  /** Of an emulator, or of another service than Amazon's. */
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  readonly credentials: AwsCredentials | undefined;
}

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What an AWS SDK client is made with; what is absent, the SDK finds out itself. */
export interface ClientSettings {
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: AwsCredentials;
}

/**
 * How to reach a service: by the AWS SDK's own variables, the service's before the general ones, and by what the URL
 * says. Emulators do not care for the region, so that one that is missing there is no error.
 */
export function clientSettings(
  env: NodeJS.ProcessEnv,
  service: 'SQS' | 'SNS' | 'DYNAMODB',
  place: AwsTarget,
): ClientSettings {
  const endpoint = env[`AWS_ENDPOINT_URL_${service}`] ?? env.AWS_ENDPOINT_URL ?? place.endpoint;
  const region = place.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? (endpoint && 'us-east-1');
  const credentials = place.credentials ?? environmentCredentials(env);
  return { ...(endpoint && { endpoint }), ...(region && { region }), ...(credentials && { credentials }) };
}

function environmentCredentials(env: NodeJS.ProcessEnv): AwsCredentials | undefined {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = env;
  if (!accessKeyId || !secretAccessKey) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
}
