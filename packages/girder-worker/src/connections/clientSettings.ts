/** What a broker or backend URL says about an AWS service; what is undefined comes from the environment. */
export interface AwsTarget {
  /** The address of an emulator, or of a compatible service. */
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  readonly credentials: AwsCredentials | undefined;
}

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The options of an AWS SDK client; the SDK finds what is missing, for example in a profile or a role. */
export interface ClientSettings {
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: AwsCredentials;
}

/**
 * Combines the AWS SDK's variables with what the URL says. The endpoint of the service wins over the general endpoint,
 * and both win over that of the URL; region and credentials of the URL win over those of the environment. With an
 * endpoint, the region defaults to us-east-1: emulators ignore it, but the SDK requires one.
 */
export function clientSettings(
  env: NodeJS.ProcessEnv,
  service: 'SQS' | 'SNS' | 'DYNAMODB' | 'LAMBDA' | 'CLOUDWATCH' | 'CLOUDWATCH_LOGS',
  target: AwsTarget,
): ClientSettings {
  const endpoint = env[`AWS_ENDPOINT_URL_${service}`] ?? env.AWS_ENDPOINT_URL ?? target.endpoint;
  const region = target.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? (endpoint && 'us-east-1');
  const credentials = target.credentials ?? environmentCredentials(env);
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
