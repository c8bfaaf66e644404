import type { AwsCredentials, ClientSettings } from '../connections/clientSettings.ts';

/** Resolves to the region of the settings, or else of the AWS profile. Rejects with an Error if there is neither. */
export async function resolveRegion({ region }: ClientSettings): Promise<string> {
  if (region) return region;
  const { loadConfig, NODE_REGION_CONFIG_FILE_OPTIONS, NODE_REGION_CONFIG_OPTIONS } = await import(
    '@smithy/core/config'
  );
  return loadConfig(NODE_REGION_CONFIG_OPTIONS, NODE_REGION_CONFIG_FILE_OPTIONS)().catch((cause: unknown) => {
    throw new Error('No AWS region is known: set AWS_REGION, or the region of your AWS profile.', { cause });
  });
}

/**
 * Returns the function that provides the credentials of each request: those of the settings, or else those that the AWS
 * SDK finds, such as those of a profile or of a role. The SDK is loaded only in the second case, and renews credentials
 * that expire.
 */
export function credentialsProvider({ credentials }: ClientSettings): () => Promise<AwsCredentials> {
  if (credentials) return async () => credentials;
  let provider: Promise<() => Promise<AwsCredentials>> | undefined;
  return async () => {
    provider ??= import('@aws-sdk/credential-provider-node').then(({ defaultProvider }) => defaultProvider());
    return (await provider)();
  };
}

/**
 * Returns the endpoint of the settings, or else AWS's own address of the service. Knows the domains of the partitions
 * aws and aws-cn; for others, the endpoint must be set. Throws an Error if the region has no valid form.
 */
export function resolveEndpoint({ endpoint }: ClientSettings, service: string, region: string): URL {
  if (endpoint) return new URL(endpoint);
  if (!/^[a-z\d-]+$/.test(region)) throw new Error(`"${region}" is not an AWS region: write for example us-east-1.`);
  return new URL(`https://${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`);
}
